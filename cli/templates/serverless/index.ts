import type { ServerlessModule } from "davit";

export default {
  // Served below {{base}}.
  routes: {
    "/items/:id": {
      GET: (request) => Response.json({ id: request.params["id"] }),
      DELETE: () => new Response(null, { status: 204 }),
    },
  },
  // Whatever no route answers.
  fetch: (request) => Response.json({ error: `there is no ${new URL(request.url).pathname}` }, { status: 404 }),
} satisfies ServerlessModule;
