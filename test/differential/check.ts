import type { CallOptions, Answer, Reply } from "../runtime/sidecar/kit.ts";
import type { DifferentialApp, Got } from "./app.ts";

/** A database of a Redis. */
export interface Place {
  readonly address: string;
  readonly database: string;
}

/** What a check is done with: one sidecar, real or embedded, and the app behind it. */
export interface Side {
  readonly kind: "daprd" | "agents";
  /** Of its HTTP API. */
  readonly port: number;
  /** Of the app. */
  readonly appPort: number;
  readonly app: DifferentialApp;
  call(path: string, options?: CallOptions): Promise<Answer>;
  /** What the app got under the paths of a check, in the order it came. */
  got(check: string): readonly Got[];
  /** Resolves once the app got so many there. */
  gotAtLeast(check: string, count: number): Promise<void>;
  /** Address and database of its Redis, where its world has one. */
  readonly redis: Place | null;
  /** Path of the folder with the resources; what is written there is loaded. */
  readonly resources: string;
}

/** How a sidecar is started. Both kinds get the same. */
export interface World {
  readonly name: string;
  /** Files of the resources folder, by name. */
  readonly resources: Readonly<Record<string, string>>;
  /** The Configuration. */
  readonly config?: string;
  readonly flags?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Beside what the deliveries subscribe to. */
  readonly subscribe?: readonly unknown[];
  /** Answer of the app's `GET /dapr/subscribe`; absent: what the deliveries subscribe to. */
  readonly answersSubscribe?: { readonly status: number; readonly body: string };
  readonly needsRedis?: true;
}

interface Named {
  readonly name: string;
  /** Name of its world. */
  readonly world: string;
  /** It is meant to differ; why. The same reason stands in docs/sidecar.md. */
  readonly differs?: string;
}

/** Something that is asked of the sidecar: what comes back must be the same. */
export interface Question extends Named {
  readonly at: "question";
  readonly ask: (side: Side) => Promise<unknown>;
}

/** Something that is published: what the app gets must be the same. All of a world are done at once. */
export interface Delivery extends Named {
  readonly at: "delivery";
  /** Subscriptions of the app; `{id}` in topics and routes is replaced by the check's own id. */
  readonly subscribe: readonly Readonly<Record<string, unknown>>[];
  readonly publish: (side: Side, id: string) => Promise<unknown>;
  /** What the app answers; `nth` counts from 1, for this path. Default: 200 and nothing. */
  readonly reply?: (got: Got, nth: number) => Reply | Promise<Reply>;
  /** Longer than most: nothing more comes after so long. */
  readonly quietMs?: number;
  /** What is compared of what came; default: path, event, and the headers that matter. */
  readonly view?: (got: readonly Got[]) => unknown;
}

export type Check = Question | Delivery;
