import type { SidecarEvent } from "../sidecar-host.ts";
import type { AppClient } from "./bus/app-client.ts";
import type { Bus } from "./bus/bus.ts";
import { parseSubscriptions, type ParsedSubscription } from "./bus/parse-subscriptions.ts";
import type { LiveSubscription } from "./bus/subscription-registry.ts";
import type { AppComponents } from "./components/app-components.ts";
import { mergeSubscriptions } from "./resources/declared-subscriptions.ts";
import { topicScopes } from "./resources/topic-scopes.ts";

export interface AppSubscriptionsOptions {
  readonly appId: string;
  readonly bus: Bus;
  readonly client: AppClient;
  readonly headers: Readonly<Record<string, string>>;
  readonly components: () => AppComponents;
  /** What stands in files. */
  readonly declared: () => readonly ParsedSubscription[];
  /** Awaited before anybody is told: what is told to be subscribed gets every event from then on. */
  readonly onRegistered: () => Promise<void>;
  readonly tell: (event: SidecarEvent) => void;
}

const TIMEOUT_MS = 10_000;
const TRIES = 4;

type Answered = { at: "listed"; text: string } | { at: "none" } | { at: "failed"; message: string };

/** What one app listens to: as it says itself, and as files declare it. */
export class AppSubscriptions {
  readonly #options: AppSubscriptionsOptions;
  /** What it said last; null until it was asked. */
  #said: readonly ParsedSubscription[] | null = null;

  constructor(options: AppSubscriptionsOptions) {
    this.#options = options;
  }

  /** What stands in files counts before the app was ever asked; what it was last seen to say stays. */
  async declare(): Promise<void> {
    const { appId, bus, declared } = this.#options;
    const said = bus.subscriptions.of(appId).flatMap(asSaid);
    if (declared().length === 0 && !bus.subscriptions.of(appId).some(isDeclarative)) return;
    this.#register(said);
    await bus.commit.committed();
  }

  /** Files have changed. */
  async redeclare(): Promise<void> {
    if (this.#said === null) return await this.declare();
    this.#register(this.#said);
    await this.#tellSubscribed();
  }

  /** Asks the app, unless `asks` is false; `isCurrent` says whether the answer still counts. */
  async read(asks: boolean, isCurrent: () => boolean): Promise<void> {
    const answer: Answered = asks ? await this.#ask() : { at: "none" };
    if (!isCurrent()) return;
    if (answer.at === "failed")
      return this.#log("warn", `${answer.message}; its subscriptions stay as they were`);
    const parsed = parseSubscriptions(answer.at === "none" ? "[]" : answer.text);
    if (!parsed.ok) return this.#log("error", `${parsed.message}; its subscriptions stay as they were`);
    for (const warning of parsed.warnings) this.#log("warn", warning);
    this.#said = parsed.subscriptions;
    this.#register(parsed.subscriptions);
    await this.#tellSubscribed();
  }

  #register(said: readonly ParsedSubscription[]): void {
    const { appId, bus, declared } = this.#options;
    const all = mergeSubscriptions(said, declared()).filter((one) => this.#isAllowed(one));
    // One of a pub/sub that is not there (any more) stays: its events wait.
    for (const one of bus.subscriptions.see(appId, all)) {
      if (one.problem !== null)
        this.#log(
          "error",
          `the routing rules of ${one.topic} cannot be used (${one.problem}); its events wait`,
        );
      else if (one.definition === null && this.#said !== null)
        this.#log(
          "warn",
          `${one.topic} is declared in the config but GET /dapr/subscribe does not list it; its events wait`,
        );
    }
  }

  #isAllowed({ pubsub, topic }: ParsedSubscription): boolean {
    const { appId, components } = this.#options;
    const found = components().pubsubs.get(pubsub);
    if (found === undefined) {
      this.#log("error", `subscribes to ${topic} on the pubsub ${pubsub}, which is not configured`);
      return true;
    }
    if (topicScopes(found.metadata, appId).maySubscribe(topic)) return true;
    this.#log("error", `subscription to topic '${topic}' on pubsub '${pubsub}' is not allowed`);
    return false;
  }

  async #ask(): Promise<Answered> {
    const { client, headers } = this.#options;
    let message = "";
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const answer = await client.get("/dapr/subscribe", headers, TIMEOUT_MS);
      if (answer.at === "answered") {
        if (answer.status === 404) return { at: "none" };
        if (answer.status >= 200 && answer.status < 300) return { at: "listed", text: answer.body };
        return { at: "failed", message: `GET /dapr/subscribe answered ${answer.status}` };
      }
      message = answer.at === "timeout" ? `no answer after ${TIMEOUT_MS / 1000} s` : answer.message;
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
    }
    return { at: "failed", message: `GET /dapr/subscribe failed: ${message}` };
  }

  async #tellSubscribed(): Promise<void> {
    const { appId, bus, onRegistered, tell } = this.#options;
    await bus.commit.committed();
    await onRegistered();
    const topics = bus.subscriptions.of(appId).map((one) => one.topic);
    tell({ type: "subscribed", appId, topics });
  }

  #log(level: "info" | "warn" | "error", text: string): void {
    this.#options.tell({ type: "log", appId: this.#options.appId, level, text });
  }
}

function isDeclarative({ definition }: LiveSubscription): boolean {
  return definition?.declarative === true;
}

function asSaid(one: LiveSubscription): readonly ParsedSubscription[] {
  const { pubsub, topic, definition } = one;
  return definition === null || isDeclarative(one) ? [] : [{ pubsub, topic, definition }];
}
