import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { eachHeader, endToEndHeaders, withHost } from "./headers.ts";
import type { ForwardContext } from "./forward.ts";

/** Passes a request for another protocol (a WebSocket) to the app, then every byte of both sides. */
export async function passUpgrade(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { presence, upstream, gatePort, appPort }: ForwardContext,
): Promise<void> {
  socket.on("error", () => socket.destroy());
  if (!presence.here) {
    socket.destroy();
    return;
  }
  const headers = [
    ...withHost(endToEndHeaders(incoming), gatePort, appPort),
    "Connection",
    "Upgrade",
    "Upgrade",
    incoming.headers.upgrade ?? "",
  ];
  const sent = upstream.send(presence.host, incoming.method ?? "GET", incoming.url ?? "/", headers);
  socket.once("close", () => sent.request.destroy());
  sent.request.once("upgrade", (answer: IncomingMessage, other: Duplex, otherHead: Buffer) => {
    socket.write(headOf(answer, answer.rawHeaders));
    socket.write(otherHead);
    other.write(head);
    joinStreams(socket, other);
  });
  sent.request.end();
  const answer = await sent.answered;
  if (answer === null) {
    // Upgraded, or broken.
    if (sent.request.socket?.destroyed !== false) socket.destroy();
    return;
  }
  // Refused: a plain answer, and the end of this connection.
  const plain: string[] = [];
  eachHeader(endToEndHeaders(answer), (name, value) => {
    if (name.toLowerCase() !== "transfer-encoding") plain.push(name, value);
  });
  socket.write(headOf(answer, [...plain, "Connection", "close"]));
  answer.pipe(socket);
}

function headOf({ statusCode, statusMessage }: IncomingMessage, rawHeaders: readonly string[]): string {
  let text = `HTTP/1.1 ${statusCode ?? 502} ${statusMessage ?? ""}\r\n`;
  eachHeader(rawHeaders, (name, value) => (text += `${name}: ${value}\r\n`));
  return `${text}\r\n`;
}

function joinStreams(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => to.destroy());
    from.once("close", () => to.destroy());
    from.pipe(to);
  }
}
