import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AgentsError } from "../../../../model/errors.ts";
import { TOKEN_HEADER } from "../tokens.ts";
import { BodyError, makeCall, sendJson, type Call } from "./call.ts";
import { DaprError, plainError } from "./dapr-error.ts";
import { refusal } from "./guard.ts";

/** Answers one call, or throws a {@link DaprError}. */
export type Handler = (call: Call) => void | Promise<void>;

export interface ServerOptions {
  readonly appId: string;
  readonly port: number;
  /** A port that is taken may be replaced by a free one. */
  readonly mayMove: boolean;
  /** Wanted on everything but health, where there is one. */
  readonly apiToken: string | undefined;
  readonly handle: Handler;
  readonly log: (level: "warn" | "error", text: string) => void;
}

/** One sidecar's HTTP server on loopback. */
export class SidecarServer {
  readonly #options: ServerOptions;
  readonly #server: Server;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
      this.#answer(request, response);
    });
    // An aborted upload or a half-open connection is the client's business.
    this.#server.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Listens on the wanted port, else on a free one; gives the port. */
  async listen(): Promise<number> {
    const { appId, port, mayMove } = this.#options;
    const taken = await this.#tryListen(port);
    if (taken === null) return this.#port();
    if (!mayMove || port === 0) throw portTaken(appId, port, taken);
    const again = await this.#tryListen(0);
    if (again !== null) throw portTaken(appId, port, again);
    return this.#port();
  }

  /** Takes no new connection, cuts idle ones, lets running answers finish for `graceMs`. */
  close(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  #tryListen(port: number): Promise<Error | null> {
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve(error);
      this.#server.once("error", failed);
      this.#server.listen({ host: "127.0.0.1", port }, () => {
        this.#server.off("error", failed);
        resolve(null);
      });
    });
  }

  #port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const call = makeCall(request, response);
    const refused = refusal(request);
    if (refused !== null) return this.#refuse(call, refused);
    if (!this.#hasToken(call)) {
      response.writeHead(401, { "content-type": "text/plain; charset=utf-8" });
      response.end("invalid api token\n");
      return;
    }
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

function portTaken(appId: string, port: number, cause: Error): AgentsError {
  return new AgentsError(
    "AGENTS_PORT_TAKEN",
    `the sidecar of ${appId} cannot listen on port ${port}: ${cause.message}`,
    {
      path: `agents.${appId}.sidecarPort`,
      hint: "Free the port, give the sidecar another one, or leave sidecarPort out to have one chosen.",
      cause,
    },
  );
}
