import { Suspense, use } from "react";
import { renderToReadableStream, renderToString } from "react-dom/server";
import { Gate } from "../../lib/gate.ts";

const gate = new Gate();

function Item({ text }: { text: Promise<string> }) {
  return <li>{use(text)}</li>;
}

function Page({ later }: { later: Promise<string> }) {
  return (
    <html lang="en">
      <head>
        <title>Notes & more</title>
      </head>
      <body>
        <ul>
          <li>at once</li>
          <Suspense fallback={<li>still coming</li>}>
            <Item text={later} />
          </Suspense>
        </ul>
      </body>
    </html>
  );
}

async function streamed(request: Request): Promise<Response> {
  const later = gate.passed().then(() => "arrived");
  const stream = await renderToReadableStream(<Page later={later} />, { signal: request.signal });
  return new Response(stream, { headers: { "content-type": "text/html; charset=utf-8" } });
}

async function fetch(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/next") {
    gate.open();
    return new Response(null, { status: 204 });
  }
  if (pathname === "/streamed") return streamed(request);
  if (pathname === "/whole")
    return new Response(renderToString(<p title={'"quoted"'}>whole</p>), { headers: { "content-type": "text/html" } });
  return new Response("no such page", { status: 410 });
}

export default { routes: { fetch } };
