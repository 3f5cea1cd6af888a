// Listens on PORT and has to be killed.
import { createServer } from "node:net";
process.on("SIGTERM", () => {});
createServer((socket) => socket.on("error", () => {}).end()).listen(Number(process.env.PORT), "127.0.0.1");
