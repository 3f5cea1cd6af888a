import type { DaprClient } from "@dapr/dapr";
import type { Logger } from "../log/logger.ts";
import { SidecarFailure, SidecarUnreachable, StateStoreMissing } from "../state/state-store.ts";
import { loadSdk } from "./load-sdk.ts";

/** Where the sidecar is. */
interface SidecarAddress {
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
}

/** What is known of the sidecar from the last call. */
export type SidecarState =
  | { readonly at: "none"; readonly reason: string }
  | { readonly at: "unused"; readonly url: string }
  | { readonly at: "reachable"; readonly url: string }
  | { readonly at: "unreachable"; readonly url: string; readonly reason: string };

const CALL_TIMEOUT = 10_000;

/** Dapr's own client, made on first use, with time-outs, which the SDK has none of. */
export class SidecarClient {
  readonly #address: SidecarAddress | null;
  readonly #log: Logger;
  #client: Promise<DaprClient> | null = null;
  #state: SidecarState;

  constructor(address: SidecarAddress | null, log: Logger) {
    this.#address = address;
    this.#log = log;
    this.#state =
      address === null
        ? { at: "none", reason: "DAPR_HTTP_PORT is not set" }
        : { at: "unused", url: `http://${address.host}:${address.port}` };
  }

  get state(): SidecarState {
    return this.#state;
  }

  /** Loads the SDK, so that the first event need not wait for it. */
  async warmUp(): Promise<void> {
    if (this.#address !== null) await this.#connect();
  }

  /** Runs one call. @throws SidecarFailure when there is no sidecar, it does not answer, or the call throws. */
  async call<Result>(what: string, run: (client: DaprClient) => Promise<Result>): Promise<Result> {
    const client = await this.#connect();
    const { promise: timeout, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${CALL_TIMEOUT / 1000} s`)),
      CALL_TIMEOUT,
    );
    try {
      const result = await Promise.race([run(client), timeout]);
      this.#reached();
      return result;
    } catch (error) {
      throw this.#failure(what, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #connect(): Promise<DaprClient> {
    const address = this.#address;
    if (address === null) {
      throw new SidecarUnreachable(
        "There is no sidecar: DAPR_HTTP_PORT is not set. Start the agent with agents up.",
      );
    }
    this.#client ??= this.#create(address);
    return await this.#client;
  }

  async #create(address: SidecarAddress): Promise<DaprClient> {
    const { DaprClient, LogLevel } = await loadSdk();
    const quiet = (message: unknown): void => this.#log.debug(`dapr sdk: ${String(message)}`);
    return new DaprClient({
      daprHost: address.host,
      daprPort: String(address.port),
      ...(address.token === null ? {} : { daprApiToken: address.token }),
      logger: {
        level: LogLevel.Warn,
        // What goes wrong is reported once, by the kit, with what it means for the agent.
        service: { error: quiet, warn: quiet, info: quiet, verbose: quiet, debug: quiet },
      },
    });
  }

  #url(): string {
    return this.#state.at === "none" ? "" : this.#state.url;
  }

  #reached(): void {
    if (this.#state.at !== "reachable") this.#state = { at: "reachable", url: this.#url() };
  }

  #failure(what: string, error: unknown): SidecarFailure {
    const answer = readSdkError(error);
    // An answer, whatever it says, shows that the sidecar is there.
    if (answer.status === null) {
      this.#state = { at: "unreachable", url: this.#url(), reason: answer.message };
      return new SidecarUnreachable(`${what} failed: ${answer.message}`, { cause: error });
    }
    this.#reached();
    const missing =
      answer.code === "ERR_STATE_STORE_NOT_FOUND" || answer.code === "ERR_STATE_STORE_NOT_CONFIGURED";
    return new (missing ? StateStoreMissing : SidecarFailure)(`${what} failed: ${answer.message}`, {
      cause: error,
    });
  }
}

/** An error of the SDK: what the sidecar answered, or `status: null` when it did not. */
interface SdkError {
  readonly status: number | null;
  /** Dapr's own code, such as ERR_STATE_STORE_NOT_FOUND. */
  readonly code: string | null;
  readonly message: string;
}

/** The SDK's errors are JSON in a message: `{ error, error_msg, status }`. */
export function readSdkError(error: unknown): SdkError {
  const text = error instanceof Error ? error.message : String(error);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "status" in parsed && "error_msg" in parsed) {
      return { status: Number(parsed.status), ...sidecarAnswer(String(parsed.error_msg)) };
    }
  } catch {
    // not an answer of the sidecar: a network error
  }
  if (text === "DAPR_SIDECAR_COULD_NOT_BE_STARTED")
    return { status: null, code: null, message: "the sidecar does not answer" };
  return { status: null, code: null, message: text };
}

function sidecarAnswer(body: string): Pick<SdkError, "code" | "message"> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed) {
      const code = "errorCode" in parsed ? String(parsed.errorCode) : null;
      return { code, message: String(parsed.message) };
    }
  } catch {
    // plain text
  }
  return { code: null, message: body.trim() };
}
