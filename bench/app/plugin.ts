import { app } from "./app.ts";

/** The app as Davit serves it. */
export default { routes: app };
