import net from "node:net";
import type { HealthCheck } from "../../model/resolved.ts";

/** A check that asks something on a port. */
export type PortCheck = Exclude<HealthCheck, { readonly by: "none" }>;

/** What one try found. `why` completes the sentence "it …". */
export type Probed =
  /** `note`: what a healthy one says that somebody has to know of it (`agents-note` in its answer). */
  | { readonly ok: true; readonly note?: string }
  | { readonly ok: false; readonly open: boolean; readonly why: string };

export interface ProbeTarget {
  readonly check: PortCheck;
  readonly host: string;
  readonly port: number;
}

const OK: Probed = { ok: true };
/** The path asked by `auto`. */
const AUTO_PATH = "/healthz/ready";
const LONGEST_NOTE = 500;
/** A server that neither ends its answer nor hangs up is left after so long. */
const PART_MS = 500;

/** One try: connects and, unless a connection is all that is asked, sends one GET on that connection. Never rejects. */
export function probe(target: ProbeTarget, timeoutMs: number, signal: AbortSignal): Promise<Probed> {
  const { check, host, port } = target;
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ ok: false, open: false, why: "is no longer asked" });
      return;
    }
    const socket = net.connect({ host, port, autoSelectFamily: false, noDelay: true });
    let open = false;
    let head = "";
    const end = (result: Probed): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.removeAllListeners();
      part(socket);
      resolve(result);
    };
    const onAbort = (): void => end({ ok: false, open, why: "is no longer asked" });
    const timer = setTimeout(
      () => end({ ok: false, open, why: lateness(target, open, timeoutMs) }),
      timeoutMs,
    );
    signal.addEventListener("abort", onAbort);
    socket.once("error", () => end({ ok: false, open, why: brokenness(target, open) }));
    socket.once("close", () => end({ ok: false, open, why: brokenness(target, open) }));
    socket.once("connect", () => {
      // A free port that the system also uses for outgoing connections can be connected with itself.
      if (socket.localPort === port) {
        // It now occupies the port that it was meant to find open; a reset leaves nothing behind.
        socket.resetAndDestroy();
        end({ ok: false, open: false, why: brokenness(target, false) });
        return;
      }
      open = true;
      if (check.by === "tcp") {
        end(OK);
        return;
      }
      socket.write(
        `GET ${pathOf(check)} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
      );
    });
    socket.on("data", (chunk: Buffer) => {
      head += chunk.toString("latin1");
      if (head.includes("\r\n") || head.length > 64) end(judge(target, head));
    });
  });
}

/**
 * Hangs up politely: many a server falls over a connection that is reset. What it still wants to say is read, for a while.
 */
function part(socket: net.Socket): void {
  // The result of this probe is known; what becomes of its socket does not matter.
  socket.on("error", () => undefined);
  if (socket.connecting) {
    socket.destroy();
    return;
  }
  socket.setTimeout(PART_MS, () => socket.destroy());
  socket.unref();
  socket.resume();
  socket.end();
}

function pathOf(check: PortCheck): string {
  return check.by === "http" ? check.path : AUTO_PATH;
}

/** RFC 9112 §4: the status line. */
function judge({ check, port }: ProbeTarget, head: string): Probed {
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]);
  if (Number.isNaN(status)) {
    if (check.by === "auto") return OK;
    return { ok: false, open: true, why: `answers something other than HTTP on port ${port}` };
  }
  // Nobody is obliged to have AUTO_PATH: an answer that is no failure of the server shows that it serves.
  const ok = check.by === "auto" ? status < 500 || status === 501 : status >= 200 && status < 400;
  if (!ok) return { ok: false, open: true, why: `answers ${status} to GET ${pathOf(check)}` };
  const note = noteIn(head);
  return note === null ? OK : { ok: true, note };
}

/** Percent-encoded, as headers are plain ASCII. Only what came with the status line counts: nobody waits for it. */
function noteIn(head: string): string | null {
  const encoded = /\r\nagents-note: *([^\r\n]+)\r\n/i.exec(head)?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded).slice(0, LONGEST_NOTE);
  } catch {
    return null; // somebody else's header of that name
  }
}

function lateness({ check, port }: ProbeTarget, open: boolean, timeoutMs: number): string {
  const seconds = timeoutMs / 1000;
  return open && check.by !== "tcp"
    ? `does not answer GET ${pathOf(check)} within ${seconds} s`
    : `does not accept connections on port ${port} within ${seconds} s`;
}

function brokenness({ check, port }: ProbeTarget, open: boolean): string {
  return open && check.by !== "tcp"
    ? `closes the connection on port ${port} without an HTTP answer`
    : `does not listen on port ${port}`;
}
