import { constants as files, accessSync, readFileSync } from "node:fs";
import { Agent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { release } from "node:os";
import { delimiter, join } from "node:path";
import type Docker from "dockerode";
import { AgentsError } from "../../model/errors.ts";
import { abortable } from "./abortable.ts";
import type { DockerAddress, DockerEnvironment } from "./docker-address.ts";
import { describeAddress, dockerAddresses, hostEnvironment } from "./docker-address.ts";
import { errorCode } from "./docker-failure.ts";

/** Docker 20.10: the oldest whose API has all that is used here. */
const OLDEST_API = "1.41";
const OLDEST = "20.10";
/** A daemon that is just starting, or a Docker Desktop that is waking up, takes its time. */
const PING_TIMEOUT_MS = 10_000;

const HINT_EMBEDDED = "or run without it: agents up --mode embedded";

/** A Docker that answers and can be used. */
export interface DockerConnection extends Disposable {
  readonly docker: Docker;
  readonly address: DockerAddress;
  /** Of the engine, for example `28.2.2`. */
  readonly version: string;
  /** `amd64`, `arm64` … */
  readonly architecture: string;
  /** A container on the host's network is on that of this machine: Docker runs on this kernel, with its full rights. */
  readonly sharesNetwork: boolean;
}

/**
 * Finds a Docker that answers. One clear error where there is none: `AGENTS_DOCKER_MISSING`, `AGENTS_DOCKER_NOT_RUNNING`,
 * `AGENTS_DOCKER_NOT_PERMITTED` or `AGENTS_DOCKER_UNSUITABLE`. Closing it closes its sockets.
 */
export async function connectDocker(
  signal?: AbortSignal,
  environment: DockerEnvironment = hostEnvironment(),
): Promise<DockerConnection> {
  const addresses = dockerAddresses(environment);
  const failures: { readonly address: DockerAddress; readonly error: unknown }[] = [];
  for (const address of addresses) {
    try {
      return await connectTo(address, signal);
    } catch (error) {
      if (error instanceof AgentsError) throw error;
      signal?.throwIfAborted();
      failures.push({ address, error });
    }
  }
  throw noDocker(failures, environment);
}

async function connectTo(address: DockerAddress, signal: AbortSignal | undefined): Promise<DockerConnection> {
  // A file that is not there needs no library to be found missing.
  if (address.by === "socket") accessSync(address.socketPath);
  const { default: DockerClient } = await import("dockerode");
  const tls = address.by === "tcp" ? certificatesOf(address) : {};
  const secure = "ca" in tls;
  const agent = new (secure ? SecureAgent : Agent)({ keepAlive: true });
  const options: Docker.DockerOptions & { readonly agent: Agent } =
    address.by === "socket"
      ? { socketPath: address.socketPath, agent }
      : { host: address.host, port: address.port, protocol: secure ? "https" : "http", ...tls, agent };
  const docker = new DockerClient(options);
  try {
    const timeout = AbortSignal.timeout(PING_TIMEOUT_MS);
    const abortSignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    await abortable(docker.ping(), abortSignal);
    const version = await abortable(docker.version(), abortSignal);
    assertSuitable(version, address);
    return {
      docker,
      address,
      version: version.Version,
      architecture: version.Arch,
      sharesNetwork: address.by === "socket" && version.KernelVersion === release() && !isRootless(version),
      [Symbol.dispose]: () => agent.destroy(),
    };
  } catch (error) {
    agent.destroy();
    throw error;
  }
}

/** Its containers are on a network of its own, whatever they ask for. */
function isRootless({ Components }: Docker.DockerVersion): boolean {
  return Components?.some(({ Name }) => Name === "rootlesskit") ?? false;
}

function certificatesOf({ certificates }: Extract<DockerAddress, { readonly by: "tcp" }>): {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
} {
  if (certificates === null) return {};
  const read = (name: string): Buffer => readFileSync(join(certificates, name));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

function assertSuitable(version: Docker.DockerVersion, address: DockerAddress): void {
  const where = describeAddress(address);
  if (olderThan(version.ApiVersion, OLDEST_API))
    throw new AgentsError("AGENTS_DOCKER_UNSUITABLE", `Docker at ${where} is too old: ${version.Version}.`, {
      path: where,
      expected: `Docker ${OLDEST} or newer (API ${OLDEST_API})`,
      found: `${version.Version} (API ${version.ApiVersion})`,
      hint: `Update Docker, ${HINT_EMBEDDED}`,
    });
  if (version.Os !== "linux")
    throw new AgentsError("AGENTS_DOCKER_UNSUITABLE", `Docker at ${where} runs ${version.Os} containers.`, {
      path: where,
      expected: "Linux containers",
      found: version.Os,
      hint: `Switch Docker to Linux containers, ${HINT_EMBEDDED}`,
    });
}

function olderThan(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = than.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

/** The failure that a person can do most about: a Docker that refuses us is nearer than one that is not started. */
function noDocker(
  failures: readonly { readonly address: DockerAddress; readonly error: unknown }[],
  environment: DockerEnvironment,
): AgentsError {
  const refused = failures.find(({ error }) => errorCode(error) === "EACCES" || errorCode(error) === "EPERM");
  if (refused !== undefined) return notPermitted(refused.address, refused.error);
  const first = failures[0];
  const silent = failures.find(
    ({ error }) => errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR",
  );
  const named = (environment.env["DOCKER_HOST"] ?? "") !== "" || failures.length === 1;
  if (silent === undefined && !named && !hasProgram("docker", environment))
    return new AgentsError(
      "AGENTS_DOCKER_MISSING",
      `Docker is not installed here: there is no socket at ${first === undefined ? "" : describeAddress(first.address)}.`,
      {
        expected: "a Docker of this machine",
        hint: `Install Docker (https://docs.docker.com/get-docker), ${HINT_EMBEDDED}`,
        cause: first?.error,
      },
    );
  const about = silent ?? first;
  const where = about === undefined ? "" : describeAddress(about.address);
  return new AgentsError(
    "AGENTS_DOCKER_NOT_RUNNING",
    `Docker does not answer at ${where}: ${silence(about?.error)}.`,
    {
      path: where,
      hint: `Start it (sudo systemctl start docker, or Docker Desktop), ${HINT_EMBEDDED}`,
      cause: about?.error,
    },
  );
}

function notPermitted(address: DockerAddress, cause: unknown): AgentsError {
  const where = describeAddress(address);
  return new AgentsError(
    "AGENTS_DOCKER_NOT_PERMITTED",
    `This user may not use Docker: ${where} is closed to it.`,
    {
      path: where,
      hint: `Join its group (sudo usermod -aG docker $USER, then log in again), ${HINT_EMBEDDED}`,
      cause,
    },
  );
}

function silence(error: unknown): string {
  switch (errorCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no socket";
    case "ECONNREFUSED":
    case "ENOTSOCK":
      return "nobody listens there";
    case undefined:
    default:
      return error instanceof Error && /abort|timeout/i.test(`${error.name} ${error.message}`)
        ? `no answer within ${PING_TIMEOUT_MS / 1000} s`
        : error instanceof Error
          ? error.message
          : String(error);
  }
}

function hasProgram(name: string, { env }: DockerEnvironment): boolean {
  return (env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), files.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}
