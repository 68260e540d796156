import { html } from "hono/html";

/** The form; `to` is where it leads to. */
export function page(to: string, refused: boolean) {
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <title>Log in</title>
      <h1>Log in</h1>
      ${refused ? html`<p role="alert">Name or password is wrong.</p>` : ""}
      <form method="post">
        <input type="hidden" name="to" value="${to}" />
        <label>Name <input name="name" autocomplete="username" required /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        <button>Log in</button>
      </form>
    </html>`;
}
