import { Connection, Request, TYPES } from "tedious";
import type { ConnectionConfiguration } from "tedious";
import type { Logger } from "../../log/logger.ts";
import { connectFailure } from "./failure.ts";
import type { ConnectFailure } from "./failure.ts";
import type { SqlServerSettings } from "./url.ts";

const CONNECT_TIMEOUT = 5000;
/** Longer than a unit of work waits for the one before it, so that the reason is said. */
const REQUEST_TIMEOUT = 60_000;

export function tediousConfig(
  agent: string,
  settings: SqlServerSettings,
  database: string,
): ConnectionConfiguration {
  const { host, port, login, encrypt, trustServerCertificate } = settings;
  return {
    server: host,
    authentication:
      login.by === "azure"
        ? { type: "azure-active-directory-default", options: {} }
        : { type: "default", options: { userName: login.user, password: login.password } },
    options: {
      port,
      database,
      encrypt,
      trustServerCertificate,
      appName: `agents/${agent}`,
      connectTimeout: CONNECT_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      // What is tried again, and for how long, is decided in one place: wait-for-server.ts.
      maxRetriesOnTransientErrors: 0,
    },
  };
}

/**
 * A connection that breaks while nobody uses it is told in one line of the log. It closes by itself, and the pool makes a
 * new one.
 */
export class LoggedConnection extends Connection {
  readonly #log: Logger;

  constructor(config: ConnectionConfiguration, log: Logger) {
    super(config);
    this.#log = log;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // oxlint-disable-next-line typescript/unbound-method -- it is applied to `this` at once
    if (event !== "error") return Reflect.apply(super.emit, this, [event, ...args]);
    const [error] = args;
    this.#log.warn("a connection to SQL Server is lost", {
      reason: error instanceof Error ? error.message : String(error),
    });
    return true;
  }
}

/** A connection for the few questions of a start. */
export interface Session extends Disposable {
  /** The first column of the first row as text; null without one. */
  ask(text: string, parameter?: string): Promise<string | null>;
}

/** Connects once. Never throws: what failed is the answer. */
export async function tryConnect(
  config: ConnectionConfiguration,
  signal: AbortSignal,
): Promise<{ readonly at: "connected"; readonly session: Session } | ConnectFailure> {
  const connection = new Connection(config);
  // Without a listener a break of the connection would end the process; who waits for an answer is told by its request.
  connection.on("error", () => undefined);
  const { promise: connected, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    connection.connect((error) => (error === undefined ? resolve() : reject(error)));
    await connected;
    return { at: "connected", session: sessionOn(connection) };
  } catch (error) {
    connection.close();
    return connectFailure(error);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function sessionOn(connection: Connection): Session {
  return {
    ask: (text, parameter) =>
      new Promise((resolve, reject) => {
        let answer: string | null = null;
        const request = new Request(text, (error) => (error ? reject(error) : resolve(answer)));
        if (parameter !== undefined) request.addParameter("1", TYPES.NVarChar, parameter);
        request.once("row", (columns: readonly { readonly value: unknown }[]) => {
          const value = columns[0]?.value;
          answer = typeof value === "string" ? value : JSON.stringify(value ?? null);
        });
        connection.execSql(request);
      }),
    [Symbol.dispose]: () => connection.close(),
  };
}
