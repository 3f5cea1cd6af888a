import { isFields, type Fields } from "../../../../journal/fields.ts";
import { CircuitBreaker, DEFAULT_BREAKER, type BreakerSettings } from "./circuit-breaker.ts";
import { durationOr, policyDuration } from "./duration.ts";
import { retryRule, type RetryRule } from "./retry-rule.ts";

/** What is done around calls of one target. Null: nothing. */
export interface Policy {
  readonly timeoutMs: number | null;
  readonly retry: RetryRule | null;
  readonly breaker: CircuitBreaker | null;
}

export type Direction = "inbound" | "outbound";
/** As the names of default policies spell it. */
export type ComponentKind = "Pubsub" | "Statestore" | "Secretstore" | "Binding" | "Configuration" | "Lock";

/** A Resiliency resource. */
export interface ResiliencyResource {
  readonly name: string;
  readonly spec: Fields;
}

interface PolicyNames {
  readonly timeout: string;
  readonly retry: string;
  readonly circuitBreaker: string;
}

/** `circuitBreakerCacheSize`, where it is left out. */
const MOST_ENDPOINTS = 5_000;
const BUILT_IN_SERVICE_RETRIES = "DaprBuiltInServiceRetries";

/**
 * The policies of an app, from its Resiliency resources (https://docs.dapr.io/operations/resiliency/). One that cannot be
 * read is left out, with a problem. Circuit breakers keep their state as long as this lives.
 */
export class Resiliency {
  readonly problems: readonly string[];
  readonly names: readonly string[];
  readonly #timeouts = new Map<string, number>();
  readonly #retries = new Map<string, RetryRule>();
  readonly #breakers = new Map<string, BreakerSettings>();
  readonly #components = new Map<string, Readonly<Record<Direction, PolicyNames>>>();
  readonly #apps = new Map<string, PolicyNames>();
  readonly #live = new Map<string, CircuitBreaker>();
  /** By what is called of an app: as many as daprd keeps. */
  readonly #ofEndpoints = new Map<string, CircuitBreaker>();
  readonly #found = new Map<string, Policy>();

  constructor(resources: readonly ResiliencyResource[]) {
    this.#retries.set(BUILT_IN_SERVICE_RETRIES, retryRule({ duration: "1s", maxRetries: 3 }));
    const problems: string[] = [];
    for (const { name, spec } of resources) {
      try {
        this.#read(spec);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        problems.push(`Could not read resiliency policy ${name}: ${why}`);
      }
    }
    this.problems = problems;
    this.names = resources.map(({ name }) => name);
  }

  /** Of a component; one that is named under `targets` gets no default policies. */
  component(name: string, direction: Direction, kind: ComponentKind): Policy {
    // Asked for every event that is published.
    const key = `${direction} ${kind} ${name}`;
    const there = this.#found.get(key);
    if (there !== undefined) return there;
    const policy = this.#findComponent(name, direction, kind);
    this.#found.set(key, policy);
    return policy;
  }

  /** Of an app that is invoked; one that is named under `targets` gets no default policies. */
  app(appId: string, endpoint: string): Policy {
    const names = this.#apps.get(appId) ?? this.#defaults(["App", ""]);
    if (this.#ofEndpoints.size > MOST_ENDPOINTS)
      this.#ofEndpoints.delete(this.#ofEndpoints.keys().next().value ?? "");
    return this.#policy(names, `${appId}:${endpoint}`, this.#ofEndpoints);
  }

  /** True where a target says what is done: the built-in retries are not added to that. */
  hasApp(appId: string): boolean {
    return this.#apps.has(appId);
  }

  #findComponent(name: string, direction: Direction, kind: ComponentKind): Policy {
    const named = this.#components.get(name)?.[direction];
    const side = direction === "inbound" ? "Inbound" : "Outbound";
    const levels = [`${kind}Component${side}`, `Component${side}`, "Component", ""];
    return this.#policy(named ?? this.#defaults(levels), `component ${name}`);
  }

  /** Retries of an invocation whose app cannot be reached. */
  get serviceRetries(): RetryRule {
    return this.#retries.get(BUILT_IN_SERVICE_RETRIES) ?? retryRule({ duration: "1s", maxRetries: 3 });
  }

  #policy({ timeout, retry, circuitBreaker }: PolicyNames, target: string, live = this.#live): Policy {
    return {
      timeoutMs: this.#timeouts.get(timeout) ?? null,
      retry: this.#retries.get(retry) ?? null,
      breaker: this.#breaker(circuitBreaker, target, live),
    };
  }

  #breaker(name: string, target: string, live: Map<string, CircuitBreaker>): CircuitBreaker | null {
    const settings = this.#breakers.get(name);
    if (settings === undefined) return null;
    const there = live.get(target);
    if (there !== undefined) return there;
    const made = new CircuitBreaker(settings);
    live.set(target, made);
    return made;
  }

  /** The most specific default policy that exists, of each sort. */
  #defaults(levels: readonly string[]): PolicyNames {
    const found = (sort: string, there: ReadonlyMap<string, unknown>): string =>
      levels.map((level) => `Default${level}${sort}Policy`).find((name) => there.has(name)) ?? "";
    return {
      timeout: found("Timeout", this.#timeouts),
      retry: found("Retry", this.#retries),
      circuitBreaker: found("CircuitBreaker", this.#breakers),
    };
  }

  #read(spec: Fields): void {
    const policies = fieldsOf(spec["policies"]);
    for (const [name, value] of Object.entries(fieldsOf(policies["timeouts"]))) {
      const ms = policyDuration(value);
      if (ms === null) throw new Error(`invalid duration "${name}", ${JSON.stringify(value)}`);
      this.#timeouts.set(name, ms);
    }
    for (const [name, value] of Object.entries(fieldsOf(policies["retries"])))
      this.#retries.set(name, retryRule(value, { min: name.startsWith("DaprBuiltIn") ? 3 : 0 }));
    for (const [name, value] of Object.entries(fieldsOf(policies["circuitBreakers"]))) {
      const settings = breakerSettings(fieldsOf(value));
      // A condition that cannot be parsed is told now.
      void new CircuitBreaker(settings);
      this.#breakers.set(name, settings);
    }
    const targets = fieldsOf(spec["targets"]);
    for (const [name, value] of Object.entries(fieldsOf(targets["apps"])))
      this.#apps.set(name, policyNames(value));
    for (const [name, value] of Object.entries(fieldsOf(targets["components"]))) {
      const { inbound, outbound } = fieldsOf(value);
      this.#components.set(name, { inbound: policyNames(inbound), outbound: policyNames(outbound) });
    }
  }
}

function breakerSettings({ maxRequests, interval, timeout, trip }: Fields): BreakerSettings {
  return {
    maxRequests: Math.max(1, Number(maxRequests ?? 1)),
    intervalMs: durationOr(interval, DEFAULT_BREAKER.intervalMs),
    timeoutMs: durationOr(timeout, 0) || DEFAULT_BREAKER.timeoutMs,
    trip: typeof trip === "string" && trip.trim() !== "" ? trip : DEFAULT_BREAKER.trip,
  };
}

function policyNames(value: unknown): PolicyNames {
  const { timeout, retry, circuitBreaker } = fieldsOf(value);
  return { timeout: text(timeout), retry: text(retry), circuitBreaker: text(circuitBreaker) };
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
