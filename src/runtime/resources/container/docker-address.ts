import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AgentsError } from "../../model/errors.ts";

/** Where a Docker may be. */
export type DockerAddress =
  | { readonly by: "socket"; readonly socketPath: string }
  /** Loopback only: what is published on the loopback of another machine cannot be reached from here. */
  | {
      readonly by: "tcp";
      readonly host: string;
      readonly port: number;
      readonly certificates: string | null;
    };

export interface DockerEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export const hostEnvironment = (): DockerEnvironment => ({ env: process.env, home: homedir() });

const DEFAULT_SOCKET = "/var/run/docker.sock";
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const HINT_LOCAL =
  "Unset DOCKER_HOST, or choose a context of this machine (docker context use default); agents up --mode embedded needs no Docker.";

/**
 * The addresses to be tried, in order, as the `docker` command itself would: `DOCKER_HOST`, then the context
 * (`DOCKER_CONTEXT`, then `currentContext` of its config file). Where neither says anything: the system's socket, then those
 * of rootless Docker, Docker Desktop, Colima, OrbStack and Rancher Desktop.
 * Throws `AGENTS_DOCKER_UNSUITABLE` for an address on another machine.
 */
export function dockerAddresses({ env, home }: DockerEnvironment): readonly DockerAddress[] {
  const certificates = tlsFolder(env, home);
  const host = env["DOCKER_HOST"];
  if (host !== undefined && host !== "") return [parseAddress(host, "DOCKER_HOST", certificates)];
  const folder = configFolder({ env, home });
  const context = env["DOCKER_CONTEXT"] ?? textOf(readJson(join(folder, "config.json")), "currentContext");
  if (context !== null && context !== "" && context !== "default") return [contextAddress(folder, context)];
  const runtime = env["XDG_RUNTIME_DIR"];
  return [
    DEFAULT_SOCKET,
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock")]),
    join(home, ".docker/run/docker.sock"),
    join(home, ".docker/desktop/docker.sock"),
    join(home, ".colima/default/docker.sock"),
    join(home, ".orbstack/run/docker.sock"),
    join(home, ".rd/docker.sock"),
  ].map((socketPath) => ({ by: "socket", socketPath }));
}

/** Folder of the docker command's own config: contexts, credentials. */
export function configFolder({ env, home }: DockerEnvironment): string {
  const folder = env["DOCKER_CONFIG"];
  return folder === undefined || folder === "" ? join(home, ".docker") : folder;
}

export function describeAddress(address: DockerAddress): string {
  return address.by === "socket" ? address.socketPath : `tcp://${address.host}:${address.port}`;
}

function parseAddress(text: string, from: string, certificates: string | null): DockerAddress {
  if (text.startsWith("unix://"))
    return { by: "socket", socketPath: text.slice("unix://".length) || DEFAULT_SOCKET };
  const url = URL.parse(text.includes("://") ? text : `tcp://${text}`);
  if (url === null || !["tcp:", "http:", "https:"].includes(url.protocol) || !LOOPBACK.has(url.hostname))
    throw new AgentsError(
      "AGENTS_DOCKER_UNSUITABLE",
      `${from} is ${withoutUser(text)}: that is not a Docker of this machine.`,
      {
        path: from,
        expected: "unix:///path/to/docker.sock, or tcp://127.0.0.1:<port>",
        found: withoutUser(text),
        hint: HINT_LOCAL,
      },
    );
  const secure = url.protocol === "https:" || certificates !== null;
  const port = url.port === "" ? (secure ? 2376 : 2375) : Number(url.port);
  return { by: "tcp", host: url.hostname.replace(/^\[|\]$/g, ""), port, certificates };
}

/** An address may carry a user name and a password. */
function withoutUser(text: string): string {
  return text.replace(/\/\/[^/@]*@/, "//");
}

/** As the docker command stores a context: its folder is the SHA-256 of its name. */
function contextAddress(folder: string, context: string): DockerAddress {
  const id = createHash("sha256").update(context).digest("hex");
  const meta = readJson(join(folder, "contexts/meta", id, "meta.json"));
  const host = textOf(field(field(meta, "Endpoints"), "docker"), "Host");
  if (host === null)
    throw new AgentsError(
      "AGENTS_DOCKER_UNSUITABLE",
      `The Docker context "${context}" is chosen and does not exist.`,
      {
        path: join(folder, "config.json"),
        found: context,
        hint: "docker context ls lists them; docker context use default takes this machine's own.",
      },
    );
  return parseAddress(host, `The Docker context "${context}"`, null);
}

function tlsFolder(env: DockerEnvironment["env"], home: string): string | null {
  const verify = env["DOCKER_TLS_VERIFY"] ?? "";
  return verify === "" ? null : (env["DOCKER_CERT_PATH"] ?? join(home, ".docker"));
}

/** Null where it is not there or is not JSON: the docker command's own files are not ours to complain about. */
export function readJson(path: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return value;
  } catch {
    return null;
  }
}

export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : null;
}

function textOf(value: unknown, key: string): string | null {
  const found = field(value, key);
  return typeof found === "string" ? found : null;
}
