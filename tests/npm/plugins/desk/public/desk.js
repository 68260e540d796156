const answer = await fetch("/desk-api/me");
const name = document.getElementById("name");
name.textContent = answer.ok ? (await answer.json()).name : `refused: ${answer.status}`;
name.dataset.asked = "yes";
