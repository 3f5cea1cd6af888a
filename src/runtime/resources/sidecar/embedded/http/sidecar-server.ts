import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ListenOptions } from "node:net";
import { AgentsError } from "../../../../model/errors.ts";
import { TOKEN_HEADER } from "../tokens.ts";
import { BodyError, makeCall, sendJson, sendText, type Call } from "./call.ts";
import { DaprError, plainError, TextError } from "./dapr-error.ts";
import { refusal } from "./guard.ts";

/** Answers one call, or throws a {@link DaprError}. */
export type Handler = (call: Call) => void | Promise<void>;

/** Where a server listens beside its port. */
export interface ListenOn {
  /** Addresses; null = every one that there is. */
  readonly addresses: readonly string[] | null;
  /** Path of a socket, instead of any port. */
  readonly socket: string | null;
}

export interface ServerOptions {
  readonly appId: string;
  readonly port: number;
  /** A port that is taken may be replaced by a free one. */
  readonly mayMove: boolean;
  /** Absent: loopback. */
  readonly listenOn?: ListenOn | undefined;
  readonly bodyLimit?: number | undefined;
  readonly headerLimit?: number | undefined;
  /** Wanted on everything but health, where there is one. */
  readonly apiToken: string | undefined;
  readonly handle: Handler;
  readonly log: (level: "warn" | "error", text: string) => void;
}

const LOOPBACK: ListenOn = { addresses: ["127.0.0.1"], socket: null };

/** Go's server, and so daprd's, takes so many bytes more than it is told. */
const HEADER_SLACK = 4096;
/** What it says then, to the letter. */
const TOO_LARGE =
  "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n431 Request Header Fields Too Large";

/** One sidecar's HTTP server. */
export class SidecarServer {
  readonly #options: ServerOptions;
  readonly #servers: Server[] = [];
  readonly #isPublic: boolean;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { addresses, socket } = options.listenOn ?? LOOPBACK;
    this.#isPublic =
      socket !== null ||
      addresses === null ||
      !addresses.every((one) => /^(?:127\.|::1$|localhost$)/u.test(one));
  }

  /** Listens on the wanted port, else on a free one; gives the port, 0 where it is a socket. */
  async listen(): Promise<number> {
    const { appId, port, mayMove, listenOn = LOOPBACK } = this.#options;
    if (listenOn.socket !== null) {
      const failed = await this.#tryListen({ path: listenOn.socket });
      if (failed !== null) throw portTaken(appId, listenOn.socket, failed);
      return 0;
    }
    const hosts = listenOn.addresses ?? [undefined];
    const [first, ...others] = hosts;
    const taken = await this.#tryListen({ host: first, port });
    if (taken !== null) {
      if (!mayMove || port === 0) throw portTaken(appId, port, taken);
      const again = await this.#tryListen({ host: first, port: 0 });
      if (again !== null) throw portTaken(appId, port, again);
    }
    const listens = this.#port();
    for (const host of others) {
      const failed = await this.#tryListen({ host, port: listens });
      if (failed !== null) this.#options.log("warn", `it does not listen on ${host}: ${failed.message}`);
    }
    return listens;
  }

  /** Takes no new connection, cuts idle ones, lets running answers finish for `graceMs`. */
  async close(graceMs: number): Promise<void> {
    await Promise.all(this.#servers.map((server) => closeServer(server, graceMs)));
  }

  #tryListen(where: ListenOptions): Promise<Error | null> {
    const { headerLimit } = this.#options;
    const server = createServer(
      {
        keepAliveTimeout: 60_000,
        requestTimeout: 0,
        ...(headerLimit === undefined ? {} : { maxHeaderSize: headerLimit + HEADER_SLACK }),
      },
      (request, response) => this.#answer(request, response),
    );
    server.on("clientError", (error, socket) => {
      // An aborted upload or a half-open connection is the client's business.
      if ("code" in error && error.code === "HPE_HEADER_OVERFLOW" && socket.writable) socket.end(TOO_LARGE);
      else socket.destroy();
    });
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve(error);
      server.once("error", failed);
      server.listen(where, () => {
        server.off("error", failed);
        this.#servers.push(server);
        resolve(null);
      });
    });
  }

  #port(): number {
    const address = this.#servers[0]?.address() ?? null;
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const call = makeCall(request, response, this.#options.bodyLimit);
    const refused = refusal(request, this.#isPublic);
    if (refused !== null) return this.#refuse(call, refused);
    if (!this.#hasToken(call)) return sendText(call, 401, "invalid api token\n");
    try {
      const answered = this.#options.handle(call);
      if (answered !== undefined) answered.catch((error: unknown) => this.#fail(call, error));
    } catch (error) {
      this.#fail(call, error);
    }
  }

  #refuse(call: Call, why: string): void {
    call.response.setHeader("connection", "close");
    sendJson(call, 403, { errorCode: "ERR_FORBIDDEN", message: why });
    this.#options.log("warn", `refused ${call.method} ${call.rawPath}: ${why}`);
  }

  #hasToken(call: Call): boolean {
    const { apiToken } = this.#options;
    if (apiToken === undefined) return true;
    if (call.segments[0] === "v1.0" && call.segments[1] === "healthz") return true;
    return call.request.headers[TOKEN_HEADER] === apiToken;
  }

  #fail(call: Call, error: unknown): void {
    if (call.response.headersSent || call.response.destroyed) {
      call.response.destroy();
      return;
    }
    if (error instanceof TextError) return sendText(call, error.status, error.message);
    const known =
      error instanceof DaprError
        ? error
        : error instanceof BodyError
          ? plainError(400, "ERR_BODY_READ", `failed to read request body: ${error.message}`)
          : null;
    if (known === null) this.#options.log("error", `${call.method} ${call.rawPath} failed: ${String(error)}`);
    const { status, body } =
      known ?? plainError(500, "ERR_INTERNAL", error instanceof Error ? error.message : String(error));
    sendJson(call, status, body);
  }
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function portTaken(appId: string, port: number | string, cause: Error): AgentsError {
  return new AgentsError(
    "AGENTS_PORT_TAKEN",
    `the sidecar of ${appId} cannot listen on ${typeof port === "number" ? "port " : ""}${port}: ${cause.message}`,
    {
      path: `agents.${appId}.sidecarPort`,
      hint: "Free the port, give the sidecar another one, or leave sidecarPort out to have one chosen.",
      cause,
    },
  );
}
