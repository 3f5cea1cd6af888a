import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isFields, type Fields } from "../../../../journal/fields.ts";
import { AgentsError } from "../../../../model/errors.ts";
import type { Metadata } from "../components/metadata.ts";

/** A secret: its keys and values. */
export type Secret = Readonly<Record<string, string>>;

export interface SecretStore {
  readonly name: string;
  /** Throws where there is no such secret. */
  get(key: string): Secret;
  all(): Readonly<Record<string, Secret>>;
}

/** Which variables are never handed out: the tokens that guard the sidecar itself (Dapr hides the same). */
function isHidden(name: string): boolean {
  return name === "APP_API_TOKEN" || name.startsWith("DAPR_");
}

/** `secretstores.local.env`: the environment of `agents up`. */
export function envSecrets(name: string, metadata: Metadata, env: NodeJS.ProcessEnv): SecretStore {
  const prefix = metadata.text("prefix");
  return {
    name,
    get: (key) => {
      const variable = prefix + key;
      const isThere = Object.hasOwn(env, variable) && !isHidden(variable);
      return { [key]: isThere ? (env[variable] ?? "") : "" };
    },
    all: () => {
      const all: Record<string, Secret> = {};
      for (const [variable, value] of Object.entries(env)) {
        if (value === undefined || isHidden(variable) || !variable.startsWith(prefix)) continue;
        const key = variable.slice(prefix.length);
        all[key] = { [key]: value };
      }
      return all;
    },
  };
}

/** `secretstores.local.file`: a JSON file, read once. Nested objects become `a:b`; with `multiValued` the first level is the secret. */
export function fileSecrets(name: string, metadata: Metadata, root: string): SecretStore {
  const given = metadata.text("secretsFile");
  if (given === "") {
    throw new AgentsError("AGENTS_CONFIG_INVALID", `the secret store ${name} has no secretsFile`, {
      path: `components.${name}.metadata.secretsFile`,
      expected: "path of a JSON file",
      found: "nothing",
    });
  }
  const file = resolve(root, given);
  const values = readSecretsFile(name, file);
  const separator = metadata.text("nestedSeparator") || ":";
  const secrets = metadata.flag("multiValued")
    ? multiValued(values, separator)
    : singleValued(values, separator);
  return {
    name,
    get: (key) => {
      const secret = Object.hasOwn(secrets, key) ? secrets[key] : undefined;
      if (secret === undefined) throw new Error(`secret ${key} not found`);
      return secret;
    },
    all: () => secrets,
  };
}

function readSecretsFile(name: string, file: string): Fields {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isFields(value)) return value;
    throw new Error("it is not a JSON object");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AgentsError("AGENTS_CONFIG_INVALID", `the secret store ${name} cannot read ${file}: ${why}`, {
      path: `components.${name}.metadata.secretsFile`,
      expected: "a JSON object of secrets",
      hint: "Create the file, or take the component out of the config.",
      cause,
    });
  }
}

function singleValued(values: Fields, separator: string): Record<string, Secret> {
  return Object.fromEntries(
    [...flatten(values, "", separator)].map(([key, value]): [string, Secret] => [key, { [key]: value }]),
  );
}

function multiValued(values: Fields, separator: string): Record<string, Secret> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]): [string, Secret] => {
      const nested = typeof value === "object" && value !== null;
      return [key, nested ? Object.fromEntries(flatten(value, "", separator)) : { [key]: scalar(value) }];
    }),
  );
}

function* flatten(value: object, prefix: string, separator: string): Generator<[string, string]> {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const path = prefix === "" ? key : `${prefix}${separator}${key}`;
    if (typeof inner === "object" && inner !== null) yield* flatten(inner, path, separator);
    else yield [path, scalar(inner)];
  }
}

function scalar(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
