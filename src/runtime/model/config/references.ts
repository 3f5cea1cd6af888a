import { isPlainObject, present } from "./check-shape.ts";
import type { Part } from "./parts.ts";
import { listOf, namesOf, partsOf } from "./parts.ts";
import type { Problem } from "./problem.ts";
import { broken, join, show, wrong } from "./problem.ts";

/** A reference as it stands in the config, and what it may mean. */
interface Reference {
  readonly path: string;
  readonly value: unknown;
  readonly kinds: readonly string[];
}

const WITH_ADDRESS = ["redis", "sqlserver", "ollama", "azureopenai", "container", "external"];
const MODELS = ["ollama", "azureopenai"];

/** What is wrong with the references to resources: `uses` of agents and tasks, `resource` of components. */
export function checkReferences(raw: unknown): readonly Problem[] {
  const kinds = new Map(partsOf(raw, "resources").map(({ name, value }) => [name, value["kind"]]));
  const names = namesOf(raw, "resources");
  return referencesOf(raw).flatMap((reference) => {
    const name = nameOf(reference.value, raw);
    if (name === null) return [unlisted(reference, raw, names)];
    if (!names.includes(name))
      return [wrong(reference.path, name, { what: "a resource", expected: expectedNames(names) }, names)];
    const kind = kinds.get(name);
    return typeof kind === "string" && !reference.kinds.includes(kind)
      ? [wrongKind(reference, name, kind)]
      : [];
  });
}

/** The name that a reference means; null where it is neither a name nor a value of `resources`. */
export function nameOf(value: unknown, raw: unknown): string | null {
  if (typeof value === "string") return value;
  const resources = isPlainObject(raw) ? raw["resources"] : undefined;
  if (typeof value !== "object" || value === null || !isPlainObject(resources)) return null;
  return present(resources).find(([, resource]) => resource === value)?.[0] ?? null;
}

function referencesOf(raw: unknown): readonly Reference[] {
  const users = [
    ...partsOf(raw, "agents"),
    ...partsOf(raw, "resources").filter(({ value }) => value["kind"] === "task"),
  ];
  const uses = users.flatMap(({ path, value }) =>
    listOf(value["uses"]).map((use, index) => ({
      path: join(`${path}.uses`, index),
      value: use,
      kinds: WITH_ADDRESS,
    })),
  );
  const backed = partsOf(raw, "components")
    .filter(({ value }) => value["resource"] !== undefined)
    .map(({ path, value }) => ({ path: `${path}.resource`, value: value["resource"], kinds: ["redis"] }));
  const environments = partsOf(raw, "environments");
  const models = [...environments, ...environments.flatMap(agentsIn)]
    .filter(({ value }) => value["model"] !== undefined)
    .map(({ path, value }) => ({ path: `${path}.model`, value: value["model"], kinds: MODELS }));
  return [...uses, ...backed, ...models];
}

/** What an environment says of single agents. */
function agentsIn({ path, value }: Part): readonly Part[] {
  return partsOf(value, "agents").map((part) => ({ ...part, path: `${path}.${part.path}` }));
}

/** A resource value that was forgotten in `resources`, or no reference at all. */
function unlisted({ path, value }: Reference, raw: unknown, names: readonly string[]): Problem {
  const kind = isPlainObject(value) && typeof value["kind"] === "string" ? value["kind"] : null;
  if (kind === null) return wrong(path, value, { what: "a resource", expected: expectedNames(names) });
  const free = namesOf(raw, "resources").includes(kind) ? `my-${kind}` : kind;
  return {
    ...broken(
      path,
      `this ${kind} is not in resources. Add it there: resources: { ${free}: … }.`,
      expectedNames(names),
      value,
    ),
    found: `a ${kind} that has no name`,
  };
}

function wrongKind({ path, kinds }: Reference, name: string, kind: string): Problem {
  const expected =
    kinds === MODELS
      ? "an ollama or azureopenai resource"
      : kinds.length === 1
        ? `a ${kinds[0] ?? ""} resource`
        : "a resource with an address";
  const more = kind === "task" ? ` To wait for it: dependsOn: { ${JSON.stringify(name)}: "completed" }.` : "";
  return { ...broken(path, `${show(name)} is a ${kind}: expected ${expected}.${more}`, expected, name) };
}

const expectedNames = (names: readonly string[]): string =>
  names.length === 0
    ? "a name from resources (there are none)"
    : `one of ${names.map((name) => JSON.stringify(name)).join(", ")}`;
