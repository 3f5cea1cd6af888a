import type { IncomingMessage } from "node:http";

/** Headers that concern one connection only (RFC 9110 §7.6.1); `expect` has been answered by our own server. */
const OF_CONNECTION = new Set(["connection", "keep-alive", "proxy-connection", "te", "upgrade", "expect"]);

/** The headers of a message as they came (order, case, repetitions), without those of its connection. */
export function endToEndHeaders(message: IncomingMessage): string[] {
  const named = new Set((message.headers.connection ?? "").toLowerCase().split(/\s*,\s*/u));
  const kept: string[] = [];
  eachHeader(message.rawHeaders, (name, value) => {
    const lower = name.toLowerCase();
    if (!OF_CONNECTION.has(lower) && !named.has(lower)) kept.push(name, value);
  });
  return kept;
}

/** Names the app's own address where the request named the gate's: an app may check its Host. */
export function withHost(headers: readonly string[], gatePort: number, appPort: number): string[] {
  const changed = [...headers];
  for (let at = 0; at < changed.length; at += 2) {
    if (changed[at]?.toLowerCase() !== "host") continue;
    const [, host, port] = /^(.*):(\d+)$/u.exec(changed[at + 1] ?? "") ?? [];
    if (host !== undefined && Number(port) === gatePort) changed[at + 1] = `${host}:${appPort}`;
  }
  return changed;
}

export function eachHeader(rawHeaders: readonly string[], each: (name: string, value: string) => void): void {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) each(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
}
