import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import t from "tap";
import { call, freePort, portOf, startApp, subscription } from "../sidecar/kit.ts";
import { connectionsOf, openGate, serve, turn, untilOpen } from "./gate-kit.ts";

t.test("the gate opens when the app first listens", async (t) => {
  const appPort = await freePort();
  const { gate, port } = await openGate(t, appPort);
  await t.rejects(call(port, "/"), { code: "ECONNREFUSED" }, "daprd waits for its app");
  t.equal(gate.listening, false);
  const app = await startApp(t, { port: appPort, subscribe: [subscription("things")] });
  await untilOpen(port);
  const answer = await call(port, "/dapr/subscribe");
  t.same(JSON.parse(answer.text), [subscription("things")]);
  await app.close();
});

t.test("what is no delivery passes as it is", async (t) => {
  const seen: IncomingMessage[] = [];
  const app = await serve(t, (incoming, response) => {
    seen.push(incoming);
    response.sendDate = false;
    if (incoming.url === "/trailers") {
      response.writeHead(200, { trailer: "x-sum" });
      response.write("a");
      response.addTrailers({ "x-sum": "1" });
      response.end("b");
      return;
    }
    incoming.resume().once("end", () => {
      response.writeHead(
        418,
        "Tea Pot",
        [
          ["Set-Cookie", "a=1"],
          ["Set-Cookie", "b=2"],
          ["X-Case", "Kept"],
          ["Content-Length", incoming.method === "HEAD" ? "1234" : "0"],
        ].flat(),
      );
      response.end();
    });
  });
  const { port } = await openGate(t, portOf(app));
  await untilOpen(port);
  seen.length = 0;
  const answer = await call(port, "/a%20b?x=1&y=%2F", {
    method: "DELETE",
    headers: { host: `127.0.0.1:${port}`, "X-Mine": "1", connection: "x-hop, keep-alive", "x-hop": "1" },
  });
  t.equal(answer.status, 418);
  t.same(answer.headers["set-cookie"], ["a=1", "b=2"]);
  t.equal(answer.headers["date"], undefined, "nothing is added");
  t.match(seen[0], {
    url: "/a%20b?x=1&y=%2F",
    method: "DELETE",
    headers: { "x-mine": "1", host: `127.0.0.1:${portOf(app)}` },
  });
  t.equal(seen[0]?.headers["x-hop"], undefined, "what concerns the connection alone does not pass");
  const head = await call(port, "/", { method: "HEAD" });
  t.equal(head.headers["content-length"], "1234");
  const trailers = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/trailers", agent: false }, resolve).on("error", reject).end();
  });
  t.equal(await text(trailers), "ab");
  t.same(trailers.trailers, { "x-sum": "1" });
});

t.test("large bodies stream through, as fast as the slower side reads", async (t) => {
  const size = 64 * 1024 * 1024;
  let got = 0;
  const taken = Promise.withResolvers<IncomingMessage>();
  const app = await serve(t, (incoming, response) => {
    if (incoming.url !== "/upload") {
      response.end();
      return;
    }
    taken.resolve(incoming);
    incoming.once("end", () => response.end(Buffer.alloc(1024 * 1024, "z")));
  });
  const { port } = await openGate(t, portOf(app));
  await untilOpen(port);
  const outgoing = request({ host: "127.0.0.1", port, method: "PUT", path: "/upload", agent: false });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  const piece = Buffer.alloc(256 * 1024, "a");
  let sent = 0;
  let stuck = false;
  while (sent < size && !stuck) {
    const drained = once(outgoing, "drain").then(() => false);
    sent += piece.byteLength;
    if (outgoing.write(piece)) continue;
    stuck = await Promise.race([
      drained,
      new Promise<true>((resolve) => setTimeout(() => resolve(true), 300)),
    ]);
  }
  t.ok(
    stuck && sent < size / 2,
    `what the app does not read is not collected on the way (${sent} bytes sent)`,
  );
  (await taken.promise).on("data", (chunk: Buffer) => (got += chunk.byteLength));
  for (; sent < size; sent += piece.byteLength) if (!outgoing.write(piece)) await once(outgoing, "drain");
  outgoing.end();
  const [answer] = await answered;
  t.equal((await buffer(answer)).byteLength, 1024 * 1024);
  t.equal(got, size);
});

t.test("a caller that hangs up is gone for the app as well, and the other way round", async (t) => {
  const closed: string[] = [];
  const app = await serve(t, (incoming, response) => {
    response.once("close", () => closed.push(incoming.url ?? ""));
    if (incoming.url === "/cut") {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setImmediate(() => response.destroy());
    }
  });
  const { port } = await openGate(t, portOf(app));
  while (!(await isListening(port))) await turn();
  const outgoing = request({ host: "127.0.0.1", port, path: "/waits", agent: false });
  outgoing.on("error", () => undefined);
  const arrived = once(app, "request");
  outgoing.end();
  await arrived;
  outgoing.destroy();
  while (!closed.includes("/waits")) await turn();
  await t.rejects(
    new Promise((resolve, reject) => {
      request({ host: "127.0.0.1", port, path: "/cut", agent: false }, (answer) =>
        text(answer).then(resolve, reject),
      )
        .on("error", reject)
        .end();
    }),
    "an answer that breaks off is not taken for whole",
  );
});

t.test("a WebSocket passes both ways, and a refused upgrade is a plain answer", async (t) => {
  const app = await serve(t, (_incoming, response) => response.writeHead(200).end("plain"));
  app.on("upgrade", (incoming, socket) => {
    if (incoming.url === "/refused") {
      socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno");
      return;
    }
    socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n");
    socket.pipe(socket);
  });
  const { gate, port } = await openGate(t, portOf(app));
  await untilOpen(port);
  const raw = async (path: string): Promise<{ socket: ReturnType<typeof connect>; read: () => string }> => {
    const socket = connect(port, "127.0.0.1");
    let all = "";
    socket.on("data", (chunk: Buffer) => (all += chunk.toString()));
    socket.on("error", () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n`);
    return { socket, read: () => all };
  };
  const open = await raw("/socket");
  while (!open.read().includes("\r\n\r\n")) await turn();
  t.match(open.read(), /^HTTP\/1\.1 101 /u);
  open.socket.write("over and back");
  while (!open.read().endsWith("over and back")) await turn();
  const refused = await raw("/refused");
  await once(refused.socket, "close");
  t.match(refused.read(), /^HTTP\/1\.1 403 [^]*no$/u);
  await gate[Symbol.asyncDispose]();
  await once(open.socket, "close");
});

t.test("connections to the app are kept, and a gate left alone closes all of them", async (t) => {
  let connections = 0;
  const app = await serve(t, (incoming, response) => {
    if (incoming.url === "/dapr/subscribe") response.end(JSON.stringify([subscription("things")]));
    else incoming.resume().once("end", () => response.end());
  });
  const { gate, port, deliver, subscribe } = await openGate(t, portOf(app));
  await untilOpen(port);
  app.on("connection", () => (connections += 1));
  await subscribe();
  for (let n = 0; n < 20; n += 1) await deliver(`e${n}`);
  t.ok(connections <= 1, "one after the other goes over one connection");
  const idle = performance.now();
  while ((await connectionsOf(app)) > 0) await turn();
  t.ok(performance.now() - idle < 4_000, "an idle one is closed before the app would");
  await deliver("last");
  await gate[Symbol.asyncDispose]();
  while ((await connectionsOf(app)) > 0) await turn();
  await t.rejects(call(port, "/"), { code: "ECONNREFUSED" });
});

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const listening = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return listening;
}
