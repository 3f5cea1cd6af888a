// The least that an agent can be: it listens on PORT and ends on SIGTERM.
import { createServer } from "node:net";
createServer((socket) => socket.on("error", () => {}).end()).listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit());
