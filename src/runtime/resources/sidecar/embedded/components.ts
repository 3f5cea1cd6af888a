import { join } from "node:path";
import { AgentsError } from "../../../model/errors.ts";
import type { ResolvedComponent } from "../../../model/resolved.ts";
import { envSecrets, fileSecrets, type SecretStore } from "./secrets/secret-store.ts";
import { openStateDatabase } from "./state/state-database.ts";
import { StateStore } from "./state/state-store.ts";

/** The components of a run as the embedded sidecar serves them. */
export interface Components {
  readonly pubsubs: ReadonlySet<string>;
  readonly stores: ReadonlyMap<string, StateStore>;
  readonly secrets: ReadonlyMap<string, SecretStore>;
  /** As `GET /v1.0/metadata` lists them. */
  readonly listed: readonly {
    readonly name: string;
    readonly type: string;
    readonly capabilities: readonly string[];
  }[];
}

const SERVED = {
  pubsub: ["pubsub.agents"],
  statestore: ["state.sqlite", "state.in-memory"],
  secretstore: ["secretstores.local.env", "secretstores.local.file"],
} as const satisfies Record<ResolvedComponent["kind"], readonly [string, ...string[]]>;

/** Opens what the components need. What cannot be served is an error before anything is opened. */
export function openComponents(
  components: readonly ResolvedComponent[],
  stateDir: string,
  root: string,
): Components {
  const typed = components.map((component) => ({ ...component, type: typeOf(component) }));
  const pubsubs = new Set<string>();
  const stores = new Map<string, StateStore>();
  const secrets = new Map<string, SecretStore>();
  for (const { kind, name, type, metadata } of typed) {
    if (kind === "pubsub") pubsubs.add(name);
    else if (kind === "secretstore") {
      secrets.set(
        name,
        type === "secretstores.local.env"
          ? envSecrets(name, metadata, process.env)
          : fileSecrets(name, metadata, root),
      );
    } else {
      const file = type === "state.in-memory" ? ":memory:" : join(stateDir, "state", `${name}.db`);
      stores.set(
        name,
        new StateStore(openStateDatabase(file), { name, type, keyPrefix: keyPrefix(metadata) }),
      );
    }
  }
  return {
    pubsubs,
    stores,
    secrets,
    listed: typed.map(({ name, type, kind }) => ({ name, type, capabilities: capabilities(kind) })),
  };
}

/** Where a declared topic belongs: the system's own pub/sub, else the first one. */
export function defaultPubsub(pubsubs: ReadonlySet<string>): string {
  if (pubsubs.has("agents-pubsub")) return "agents-pubsub";
  const [first] = pubsubs;
  return first ?? "agents-pubsub";
}

function typeOf({ kind, name, type }: ResolvedComponent): string {
  const served: readonly [string, ...string[]] = SERVED[kind];
  if (type === null) return served[0];
  if (served.includes(type)) return type;
  throw new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `the embedded sidecar does not serve the component ${name} of type ${type}`,
    {
      path: `components.${name}.type`,
      found: type,
      expected: served.join(", "),
      hint: hintFor(type),
    },
  );
}

function hintFor(type: string): string {
  const why =
    type === "pubsub.in-memory"
      ? "Dapr's in-memory bus ends at its own sidecar, so that no other agent would get an event."
      : "This version runs no real daprd.";
  return `${why} Leave the type out: the embedded one serves, and keeps what it takes.`;
}

function keyPrefix(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata).find(([name]) => name.toLowerCase() === "keyprefix")?.[1] ?? "";
}

function capabilities(kind: ResolvedComponent["kind"]): readonly string[] {
  return kind === "statestore" ? ["ETAG", "TRANSACTIONAL", "TTL"] : [];
}
