import { once } from "node:events";
import { createServer } from "node:http";

/** A sidecar that takes what is published and never answers: between save and publish, for as long as one likes. */
export async function silentSidecar(t: {
  teardown(work: () => void): void;
}): Promise<{ port: number; published: Promise<string> }> {
  const { promise: published, resolve } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    if (!request.url?.includes("/publish/")) {
      response.setHeader("content-type", "application/json").end('{"id":"agent"}');
      return;
    }
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => resolve(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, published };
}
