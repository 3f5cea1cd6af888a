import { once } from "node:events";
import { createServer } from "node:net";

/** A free port below the range that outgoing connections take theirs from: nobody gets it before the agent listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const listens = once(server, "listening").then(
      () => true,
      () => false,
    );
    server.listen(port, "127.0.0.1");
    if (!(await listens)) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
