import { isFields, type Fields } from "../../../../journal/fields.ts";
import type { DaprResource } from "./dapr-resource.ts";

/** What a Configuration says that means something to an embedded sidecar. */
export interface AppConfiguration {
  /** Which APIs answer. */
  mayCall(api: string, version: string): boolean;
  /** Which secrets of a store an app may read. */
  maySee(store: string, secret: string): boolean;
  /** Which app may invoke this one, and what of it. */
  mayInvoke(caller: string, path: string, verb: string): boolean;
}

/** Reads the Configuration of an app; of several documents a later one says more, key by key. */
export function appConfiguration(resources: readonly DaprResource[]): AppConfiguration {
  const spec: Fields = Object.fromEntries(resources.flatMap((one) => Object.entries(one.spec)));
  const api = fieldsOf(spec["api"]);
  const [allowed, denied] = [rules(api["allowed"]), rules(api["denied"])];
  const scopes = listOf(fieldsOf(spec["secrets"])["scopes"]).map(fieldsOf);
  const access = accessControl(fieldsOf(spec["accessControl"]));
  return {
    mayCall: (name, version) => {
      const is = (rule: ApiRule): boolean => rule.name === name && sameVersion(rule.version, version);
      return (allowed.length === 0 || allowed.some(is)) && !denied.some(is);
    },
    maySee: (store, secret) => {
      const scope = scopes.find(({ storeName }) => storeName === store);
      return scope === undefined || seesSecret(scope, secret);
    },
    mayInvoke: access,
  };
}

interface ApiRule {
  readonly name: string;
  readonly version: string;
}

/** Only those that name HTTP count, as with daprd. */
function rules(value: unknown): readonly ApiRule[] {
  return listOf(value)
    .map(fieldsOf)
    .filter(({ protocol }) => protocol === "http")
    .map(({ name, version }) => ({ name: text(name), version: text(version) }));
}

/** `v1` and `v1.0` are the same. */
function sameVersion(one: string, other: string): boolean {
  return fullVersion(one) === fullVersion(other);
}

function fullVersion(version: string): string {
  return version.replace(/^v1(?=$|-)/u, "v1.0");
}

function seesSecret({ defaultAccess, allowedSecrets, deniedSecrets }: Fields, secret: string): boolean {
  const allowed = listOf(allowedSecrets);
  const denied = listOf(deniedSecrets);
  // https://docs.dapr.io/operations/configuration/configuration-overview/#scope-secret-store-access
  if (allowed.length > 0) return allowed.includes(secret);
  if (denied.includes(secret)) return false;
  return text(defaultAccess).toLowerCase() !== "deny";
}

function accessControl(control: Fields): AppConfiguration["mayInvoke"] {
  const policies = listOf(control["policies"]).map(fieldsOf);
  const byDefault = actionOf(
    control["defaultAction"],
    policies.length === 0 && control["defaultAction"] === undefined,
  );
  return (caller, path, verb) => {
    const policy = policies.find(({ appId }) => appId === caller);
    if (policy === undefined) return byDefault;
    const operation = listOf(policy["operations"])
      .map(fieldsOf)
      .filter(({ name, httpVerb }) => coversPath(text(name), path) && coversVerb(httpVerb, verb))
      .toSorted((a, b) => text(b["name"]).length - text(a["name"]).length)[0];
    return operation === undefined
      ? actionOf(policy["defaultAction"], byDefault)
      : actionOf(operation["action"], false);
  };
}

function actionOf(value: unknown, otherwise: boolean): boolean {
  return text(value) === "" ? otherwise : text(value).toLowerCase() === "allow";
}

/** `/orders/*` is everything below it. */
function coversPath(pattern: string, path: string): boolean {
  const wanted = pattern.split("/").filter((part) => part !== "");
  const given =
    path
      .split("?", 1)[0]
      ?.split("/")
      .filter((part) => part !== "") ?? [];
  return (
    wanted.every((part, index) => {
      if (part === "*" || part === "**") return true;
      return part === given[index];
    }) &&
    (wanted.at(-1)?.startsWith("*") === true || wanted.length === given.length)
  );
}

function coversVerb(verbs: unknown, verb: string): boolean {
  const list = listOf(verbs).map((one) => text(one).toUpperCase());
  return list.length === 0 || list.includes("*") || list.includes(verb);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
