const answer = document.getElementById("answer");

document.getElementById("ask").addEventListener("click", async () => {
  try {
    const response = await fetch("/.well-known/davit");
    const { version } = await response.json();
    answer.textContent = `Davit ${version}`;
  } catch {
    answer.textContent = "No answer: is the runtime still running?";
  }
});
