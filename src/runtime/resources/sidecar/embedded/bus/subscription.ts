import { CelError, compileCel, type CelProgram } from "../cel/cel.ts";
import type { BulkSettings } from "./bulk-settings.ts";

/**
 * What an app answered on `GET /dapr/subscribe` for one topic, or what stands in a Subscription resource; plain data, kept
 * in the store until it is said otherwise.
 */
export interface SubscriptionDefinition {
  readonly rules: readonly { readonly match: string; readonly path: string }[];
  readonly defaultPath: string | null;
  readonly deadLetterTopic: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Null: the app takes one event at a time. */
  readonly bulk: BulkSettings | null;
  /** Absent: the app said it. */
  readonly declarative?: true;
}

/**
 * One agent's interest in one topic. Without a definition it was declared in the config and the app has not yet said
 * where it wants the events: they are kept for it.
 */
export interface Subscription {
  readonly agent: string;
  readonly pubsub: string;
  readonly topic: string;
  readonly declared: boolean;
  readonly definition: SubscriptionDefinition | null;
}

/** A subscription ready to route with. */
export interface Route {
  readonly definition: SubscriptionDefinition;
  readonly programs: readonly CelProgram[];
  /** The app gets the bytes wrapped, whatever they are. */
  readonly raw: boolean;
}

/** Compiles the rules of a definition; a rule that cannot be parsed is a {@link CelError}. */
export function compileRoute(definition: SubscriptionDefinition): Route {
  return {
    definition,
    programs: definition.rules.map((rule) => compileCel(rule.match)),
    raw: isTrue(definition.metadata["rawPayload"] ?? definition.metadata["rawpayload"]),
  };
}

/** Where an event goes: to a path, nowhere, or the rules failed on it. */
export type Routed =
  | { readonly at: "path"; readonly path: string }
  | { readonly at: "none" }
  | { readonly at: "failed"; readonly message: string };

/** Takes the first rule that is true, else the default. `envelope` is called only where there are rules to ask. */
export function routeOf(route: Route, envelope: () => unknown): Routed {
  const { rules, defaultPath } = route.definition;
  if (rules.length > 0) {
    try {
      const event = envelope();
      for (const [index, program] of route.programs.entries()) {
        const rule = rules[index];
        if (rule !== undefined && program({ event })) return { at: "path", path: rule.path };
      }
    } catch (error) {
      const why = error instanceof CelError ? error.message : String(error);
      return { at: "failed", message: `a routing rule failed: ${why}` };
    }
  }
  return defaultPath === null ? { at: "none" } : { at: "path", path: defaultPath };
}

/** Go's `strconv.ParseBool`, which is what Dapr reads such metadata with. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|T|true|TRUE|True)$/.test(value);
}
