import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isFields, type Fields } from "../journal/fields.ts";
import { goDuration } from "../resources/sidecar/embedded/publish/publish-metadata.ts";
import { configurations } from "../resources/sidecar/embedded/resources/configuration-files.ts";
import type { Log } from "./log.ts";
import { NameRegistry } from "./name-registry.ts";
import type { StandaloneSettings } from "./settings.ts";

const SCOPE = "dapr.runtime";
const UPDATE_MS = 5000;

/**
 * How this sidecar and others find each other: the SQLite file that `nameResolution` of a Configuration names, else one of
 * this user (where daprd asks the network by mDNS). Null where that one cannot be used.
 *
 * @throws Error for a name resolution that there is not, in the words of daprd
 */
export async function openNeighbourhood(
  settings: StandaloneSettings,
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
): Promise<NameRegistry | null> {
  const asked = await nameResolution(settings.configs);
  const component = text(asked["component"]) || "mdns";
  if (component !== "sqlite" && component !== "mdns")
    throw new Error(
      `couldn't find name resolver ${component}/${text(asked["version"]) || "v1"}: here are sqlite and mdns`,
    );
  const metadata = isFields(asked["configuration"]) ? asked["configuration"] : {};
  const isFile = component === "sqlite";
  const file = isFile ? pathOf(metadata) : fileOfUser(env);
  const table = text(metadata["tableName"]) || "hosts";
  const updateMs = goDuration(text(metadata["updateInterval"])) ?? UPDATE_MS;
  const { address, port } = settings.internal;
  const isEverywhere = ["0.0.0.0", "::", "[::]"].includes(address);
  try {
    const registry = new NameRegistry({
      appId: settings.appId,
      namespace: env["NAMESPACE"] ?? "",
      file,
      table,
      updateMs,
      listenOn: { address, port },
      address: isEverywhere ? env["DAPR_HOST_IP"] || "127.0.0.1" : address,
      nobody: (appId) => (isFile ? "no host found with the given ID" : `couldn't find service: ${appId}`),
      onProblem: (problem) => log.write("error", SCOPE, problem),
    });
    log.write("info", SCOPE, `Initialized name resolution to sqlite (${file})`);
    return registry;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (isFile)
      throw new Error(`failed to initialize name resolution resolver sqlite/v1: ${why}`, { cause: error });
    log.write("warn", SCOPE, `other apps are not found, nor is this one: ${file}: ${why}`);
    return null;
  }
}

/** Of several files the last one that says it. */
async function nameResolution(files: readonly string[]): Promise<Fields> {
  const all = await configurations(files.map((file) => resolve(file)));
  const said = all.map(({ spec }) => spec["nameResolution"]).filter(isFields);
  return said.at(-1) ?? {};
}

/** @throws Error where there is none */
function pathOf(metadata: Fields): string {
  const given = text(metadata["connectionString"]);
  const path = given.replace(/^file:(?:\/\/)?/u, "").split("?", 1)[0] ?? "";
  if (path === "")
    throw new Error(
      "failed to initialize name resolution resolver sqlite/v1: in metadata, required property 'connectionString' is empty",
    );
  return resolve(path);
}

/** XDG base directory specification: a relative path is to be ignored. */
function fileOfUser(env: Readonly<Record<string, string | undefined>>): string {
  const xdg = env["XDG_STATE_HOME"];
  const base = xdg?.startsWith("/") === true ? xdg : join(env["HOME"] || homedir(), ".local", "state");
  return join(base, "agents", "sidecars.db");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
