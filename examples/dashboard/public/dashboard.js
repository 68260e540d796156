const GREETING = "/hello/api/public/greeting";
const SECRET = "/hello/api/secret";

const find = (id) => document.getElementById(id);

/** Calls `path` and gives the status, the body and the time it took; status 0 is no answer at all. */
async function call(path, key) {
  const headers = key ? { "X-API-Key": key } : {};
  const start = performance.now();
  try {
    const response = await fetch(path, { headers, cache: "no-store" });
    const text = await response.text();
    return { status: response.status, text, took: performance.now() - start };
  } catch {
    return { status: 0, text: "No answer: is the runtime still running?", took: performance.now() - start };
  }
}

function show(output, status) {
  const words = { 0: "no answer", 200: "200 OK", 401: "401 Unauthorized", 404: "404 Not Found" };
  output.textContent = words[status] ?? String(status);
  output.dataset.state = status === 200 ? "good" : "bad";
}

/** `text` as an object if it is one in JSON, else undefined. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function greet() {
  const { status, text, took } = await call(GREETING);
  const greeting = status === 200 ? parsed(text) : undefined;
  show(find("public-status"), status);
  find("greeting").textContent = greeting?.message ?? "The plugin @examples/hello does not answer.";
  find("greeted").textContent = greeting?.greeted ?? "\u2013";
  find("since").textContent = greeting ? new Date(greeting.since).toLocaleTimeString() : "\u2013";
  find("took").textContent = `${took.toFixed(1)} ms`;
}

async function callClosed() {
  const { status, text } = await call(SECRET, find("key").value.trim());
  const body = parsed(text);
  show(find("closed-status"), status);
  find("answer").hidden = false;
  find("answer").textContent = body === undefined ? text : JSON.stringify(body, null, 2);
}

/** Runs `action` with the button off, so that one click is one call. */
async function once(button, action) {
  button.disabled = true;
  await action();
  button.disabled = false;
}

find("greet").addEventListener("click", (event) => once(event.currentTarget, greet));
find("closed").addEventListener("submit", (event) => {
  event.preventDefault();
  once(event.submitter, callClosed);
});
greet();
