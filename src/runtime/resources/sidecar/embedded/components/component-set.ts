import { isDeepStrictEqual } from "node:util";
import { AgentsError } from "../../../../model/errors.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { StateStore } from "../state/state-store.ts";
import { appComponents, NO_COMPONENTS, type AppComponents } from "./app-components.ts";
import { changesOf } from "./changes.ts";
import { blockOf, type ComponentSpec } from "./component-spec.ts";
import { assertServed, isOwn, openComponent, type Block, type OpenContext } from "./open-component.ts";
import { isPerApp, resolveMetadata, type ResolvedMetadata } from "./resolve-metadata.ts";

export interface ComponentSetOptions extends Omit<OpenContext, "appId"> {
  readonly onStore: (store: StateStore) => void;
}

/** The runtime's own sidecar: it has every component, whomever that is for. */
export const RUNTIME = "agents";

interface Opened {
  readonly spec: ComponentSpec;
  readonly block: Block;
}

/**
 * The components of a host, and which of them each app has. They are shared by apps where their metadata is the same, and
 * can be exchanged while apps use them.
 */
export class ComponentSet {
  readonly #options: ComponentSetOptions;
  readonly #opened = new Map<string, Promise<Opened>>();
  readonly #stores = new Set<StateStore>();
  readonly #views = new Map<string, AppComponents>();
  /** By app: what the metadata of a component is for it, the same for as long as the component is. */
  readonly #resolved = new Map<ComponentSpec, Map<string, ResolvedMetadata>>();
  #specs: readonly ComponentSpec[] = [];
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: ComponentSetOptions) {
    this.#options = options;
  }

  /**
   * Opens what needs no server, so that what is wrong is found before anything is started.
   *
   * @throws AgentsError what cannot be served
   */
  async open(specs: readonly ComponentSpec[]): Promise<void> {
    this.#specs = specs;
    assertUnique(specs.filter(({ scopes }) => scopes.length === 0));
    for (const spec of specs) if (!spec.ignoreErrors && spec.scopes.length === 0) assertServed(spec);
    // Stores are opened by who uses them: the config's may be somewhere else still.
    const early = effective(specs, RUNTIME).filter(
      (spec) => isSecrets(spec) && !isPerApp(spec) && spec.scopes.length === 0,
    );
    await this.#openAll(early, RUNTIME);
  }

  /** The components that an app has at present; none before `prepare`. */
  of(appId: string): AppComponents {
    return this.#views.get(appId) ?? NO_COMPONENTS;
  }

  /** The names of an app's pub/subs, open or not. */
  pubsubs(appId: string): ReadonlyMap<string, ComponentSpec> {
    const found = effective(this.#specs, appId).filter((spec) => blockOf(spec) === "pubsub");
    return new Map(found.map((spec) => [spec.name, spec]));
  }

  /**
   * Opens an app's components.
   *
   * @throws AgentsError where one cannot be opened that does not say `ignoreErrors`
   */
  prepare(appId: string): Promise<AppComponents> {
    return this.#inTurn(async () => {
      const specs = effective(this.#specs, appId);
      const isRuntime = appId === RUNTIME;
      if (!isRuntime) assertUnique(specs);
      const view = appComponents(await this.#openAll(specs, appId, isRuntime));
      this.#views.set(appId, view);
      return view;
    });
  }

  /**
   * Exchanges the components for others. What cannot be opened is said, and is not there. Gives what changed, for people;
   * empty where nothing did.
   */
  change(specs: readonly ComponentSpec[]): Promise<string> {
    return this.#inTurn(async () => await this.#change(specs));
  }

  /** All state stores that are open. */
  get stores(): ReadonlySet<StateStore> {
    return this.#stores;
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const keys = [...this.#opened.keys()];
      await Promise.all(keys.map(async (key) => await this.#close(key)));
    });
  }

  /** One after the other: what is opened for one is not closed by another. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work);
    this.#changing = done.catch(() => undefined);
    return done;
  }

  async #change(next: readonly ComponentSpec[]): Promise<string> {
    const same = new Set(this.#specs.filter((one) => next.some((other) => isDeepStrictEqual(one, other))));
    const gone = this.#specs.filter((one) => !same.has(one));
    const changes = changesOf(this.#specs, next);
    // Those that stay keep what they were opened as.
    this.#specs = next.map((spec) => [...same].find((one) => isDeepStrictEqual(one, spec)) ?? spec);
    const keys = [...this.#opened.keys()].filter((key) => gone.some((spec) => keyName(key) === keyOf(spec)));
    for (const spec of gone) this.#resolved.delete(spec);
    for (const appId of this.#views.keys()) {
      const specs = effective(this.#specs, appId);
      // Out of reach first, closed then: nobody begins anything with what is being closed.
      const kept = specs.filter((spec) => same.has(spec));
      this.#views.set(appId, appComponents(await this.#openAll(kept, appId, true)));
    }
    await Promise.all(keys.map(async (key) => await this.#close(key)));
    for (const appId of this.#views.keys()) {
      const specs = effective(this.#specs, appId);
      this.#views.set(appId, appComponents(await this.#openAll(specs, appId, true)));
    }
    return changes;
  }

  async #openAll(
    specs: readonly ComponentSpec[],
    appId: string,
    tolerant = false,
  ): Promise<readonly Opened[]> {
    const secrets = new Map<string, SecretStore>();
    const opened: Opened[] = [];
    // Secret stores first: the others refer to them.
    const ordered = specs.toSorted((a, b) => Number(isSecrets(b)) - Number(isSecrets(a)));
    for (const spec of ordered) {
      try {
        const one = await this.#openOne(spec, appId, secrets);
        if (one === null) continue;
        if (one.block.at === "secrets") secrets.set(spec.name, one.block.secrets);
        opened.push(one);
      } catch (error) {
        if (!spec.ignoreErrors && !tolerant) throw told(spec, error);
        this.#options.log(appId, "error", told(spec, error).message);
      }
    }
    return specs.flatMap((spec) => opened.find((one) => one.spec === spec) ?? []);
  }

  async #openOne(
    spec: ComponentSpec,
    appId: string,
    secrets: ReadonlyMap<string, SecretStore>,
  ): Promise<Opened | null> {
    const resolved = this.#resolve(spec, appId, secrets);
    if (resolved.at === "no-store") {
      const what =
        resolved.store === "" ? "names no secret store" : `needs the secret store ${resolved.store}`;
      this.#options.log(appId, "warn", `the component ${spec.name} is not loaded: it ${what}`);
      return null;
    }
    const { metadata } = resolved;
    const key = JSON.stringify([keyOf(spec), metadata.identity, isOwn(spec) ? appId : null]);
    const there = this.#opened.get(key);
    if (there !== undefined) return await there;
    const opening = openComponent(spec, metadata, { ...this.#options, appId }).then((block) => {
      if (block.at === "state") {
        this.#stores.add(block.store);
        this.#options.onStore(block.store);
      }
      return { spec, block };
    });
    this.#opened.set(key, opening);
    try {
      return await opening;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
  }

  #resolve(spec: ComponentSpec, appId: string, secrets: ReadonlyMap<string, SecretStore>): ResolvedMetadata {
    const byApp = this.#resolved.get(spec) ?? new Map<string, ResolvedMetadata>();
    this.#resolved.set(spec, byApp);
    const there = byApp.get(appId);
    if (there?.at === "resolved") return there;
    const resolved = resolveMetadata(spec, { appId, env: this.#options.env, secrets });
    if (resolved.at === "resolved") {
      for (const warning of resolved.warnings)
        this.#options.log(appId, "warn", `the component ${spec.name}: ${warning}`);
      byApp.set(appId, resolved);
    }
    return resolved;
  }

  async #close(key: string): Promise<void> {
    const opening = this.#opened.get(key);
    this.#opened.delete(key);
    const opened = await opening?.catch(() => null);
    if (opened === undefined || opened === null) return;
    const { spec, block } = opened;
    try {
      if (block.at === "state") {
        this.#stores.delete(block.store);
        await block.store.close();
      } else if (block.at === "pubsub") await block.pubsub.close();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.log(RUNTIME, "warn", `${spec.name} was not closed: ${why}`);
    }
  }
}

/** Those that count for an app: what a file says goes before what the config says. */
function effective(specs: readonly ComponentSpec[], appId: string): readonly ComponentSpec[] {
  const meant = specs.filter(
    ({ scopes }) => scopes.length === 0 || scopes.includes(appId) || appId === RUNTIME,
  );
  const written = new Set(meant.filter(({ file }) => file !== null).map(({ name }) => name));
  return meant.filter(({ file, name }) => file !== null || !written.has(name));
}

function assertUnique(specs: readonly ComponentSpec[]): void {
  const files = specs.filter(({ file }) => file !== null);
  for (const [index, spec] of files.entries()) {
    const first = files.findIndex(({ name }) => name === spec.name);
    if (first === index) continue;
    throw new AgentsError(
      "AGENTS_CONFIG_INVALID",
      `duplicate definition of Component name ${spec.name} (${spec.type}/${spec.version}) with existing ${spec.name} (${files[first]?.type}/${files[first]?.version})`,
      {
        path: spec.file ?? "",
        found: `the component ${spec.name} twice, also in ${files[first]?.file}`,
        expected: "one component of a name for each app",
        hint: "Rename one of them, or give them `scopes` that do not overlap.",
      },
    );
  }
}

function told({ name, type, file }: ComponentSpec, error: unknown): AgentsError {
  if (error instanceof AgentsError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new AgentsError(
    "AGENTS_COMPONENT_FAILED",
    `the component ${name} (${type}) cannot be loaded: ${why}`,
    { path: file ?? `components.${name}`, cause: error },
  );
}

function isSecrets(spec: ComponentSpec): boolean {
  return blockOf(spec) === "secretstores";
}

/** Two specs of a name may stand side by side, for different apps. */
function keyOf(spec: ComponentSpec): string {
  return JSON.stringify(spec);
}

function keyName(key: string): string {
  const [spec]: readonly string[] = JSON.parse(key);
  return spec ?? "";
}
