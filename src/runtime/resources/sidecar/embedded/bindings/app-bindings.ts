import { appPath } from "../bus/app-path.ts";
import type { AppClient } from "../bus/app-client.ts";
import { NO_TRACE } from "../bus/delivery-request.ts";
import { TOKEN_HEADER } from "../tokens.ts";
import type { InputBinding } from "./input-binding.ts";

export interface AppBindingsParts {
  readonly client: AppClient;
  /** Sent to the app as `dapr-api-token` where it is set. */
  readonly token: string | undefined;
  /** The app's at present. */
  readonly bindings: () => ReadonlyMap<string, InputBinding>;
  readonly timeoutMs: number;
  readonly log: (level: "info" | "warn" | "error", text: string) => void;
}

const ASK_TIMEOUT_MS = 3_000;

/** Calls one app for its input bindings while it is there: those that it answers `OPTIONS` for. */
export class AppBindings {
  readonly #parts: AppBindingsParts;
  readonly #running = new Map<InputBinding, Disposable>();
  #open = false;
  /** Grows with each change, so that a late answer of the app's starts nothing. */
  #generation = 0;

  constructor(parts: AppBindingsParts) {
    this.#parts = parts;
  }

  /** The app listens. */
  async open(): Promise<void> {
    this.#open = true;
    this.#stopAll();
    await this.sync();
  }

  /** The app is gone, or is not to be called. */
  close(): void {
    this.#open = false;
    this.#generation += 1;
    this.#stopAll();
  }

  /** Other components serve it now. */
  async sync(): Promise<void> {
    if (!this.#open) return;
    this.#generation += 1;
    const generation = this.#generation;
    const present = [...this.#parts.bindings().values()];
    for (const [binding, running] of this.#running) {
      if (present.includes(binding)) continue;
      running[Symbol.dispose]();
      this.#running.delete(binding);
    }
    for (const binding of present) {
      if (this.#running.has(binding)) continue;
      const wanted = binding.isCertain || (await this.#isWanted(binding));
      if (generation !== this.#generation) return;
      if (wanted)
        this.#running.set(
          binding,
          binding.schedule.start(() => void this.#call(binding)),
        );
      else this.#parts.log("info", `app has not subscribed to binding ${binding.name}.`);
    }
  }

  #stopAll(): void {
    for (const running of this.#running.values()) running[Symbol.dispose]();
    this.#running.clear();
  }

  async #isWanted({ name, route }: InputBinding): Promise<boolean> {
    const { client, log } = this.#parts;
    const answer = await client.options(appPath(route) ?? "/", this.#headers(), ASK_TIMEOUT_MS);
    if (answer.at === "answered")
      return (answer.status >= 200 && answer.status < 300) || answer.status === 405;
    log("error", `could not ask with OPTIONS /${route} whether the binding ${name} is wanted`);
    return false;
  }

  #headers(): Readonly<Record<string, string>> {
    const { token } = this.#parts;
    return {
      "content-type": "application/json",
      traceparent: NO_TRACE,
      ...(token === undefined ? {} : { [TOKEN_HEADER]: token }),
    };
  }

  /** One that fails is said, and not made up for: the next one comes. */
  async #call({ name, route }: InputBinding): Promise<void> {
    const { client, timeoutMs, log } = this.#parts;
    const path = appPath(route);
    if (path === null) return log("error", `no binding can be sent to ${JSON.stringify(route)}`);
    const told = {
      ...this.#headers(),
      "content-length": 0,
      timezone: "Local",
      readtimeutc: new Date().toISOString().replace("T", " ").replace("Z", " +0000 UTC"),
    };
    const answer = await client.post(path, told, new Uint8Array(), timeoutMs);
    if (answer.at === "answered" && answer.status >= 200 && answer.status < 300) return;
    const why =
      answer.at === "answered"
        ? `status code: ${answer.status} body: ${answer.body.slice(0, 300)}`
        : answer.at === "timeout"
          ? `no answer after ${answer.afterMs / 1000} s`
          : answer.message;
    log("warn", `the binding ${name} was not handled: ${why}`);
  }
}
