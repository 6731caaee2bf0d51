/** The API as tests see it. Each test says with `server.use(...)` what it answers. */
import { setupServer } from "msw/node";

export const server = setupServer();
