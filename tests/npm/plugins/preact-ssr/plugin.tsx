/** @jsxImportSource preact */
import { Hono } from "hono";
import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import { renderToString, renderToStringAsync } from "preact-render-to-string";

const Name = createContext("nobody");

function Counter({ from }: { from: number }) {
  const [count] = useState(() => from + 1);
  return <output class="count">{count}</output>;
}

function Greeting() {
  return <h1>Hello {useContext(Name)}</h1>;
}

const routes = new Hono();
routes.get("/:name", async (c) => {
  const page = (
    <Name.Provider value={c.req.param("name")}>
      <Greeting />
      <Counter from={Number(c.req.query("from") ?? 0)} />
    </Name.Provider>
  );
  return c.html(`<!doctype html>${c.req.query("async") ? await renderToStringAsync(page) : renderToString(page)}`);
});

export default { routes };
