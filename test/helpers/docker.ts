import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import type Docker from "dockerode";
import DockerClient from "dockerode";
import type { Test } from "tap";
import type { DockerEnvironment } from "../../src/runtime/resources/container/docker-address.ts";
import { until } from "./system.ts";

/** A Docker to test against. */
export interface TestDocker {
  readonly docker: Docker;
  /** Leads the code under test to this Docker and to nothing else of this machine. */
  readonly environment: DockerEnvironment;
  /** Made for this test alone: it may be stopped, and images may have any name in it. */
  readonly own: OwnDaemon | null;
}

const required = process.env["AGENTS_TEST_REQUIRE_DOCKER"] === "1";

/** Why tests with Docker cannot run here, as one line; null = they can. */
export function noDocker(): string | null {
  if (canStartDaemon() || answers("unix:///var/run/docker.sock") || answers(process.env["DOCKER_HOST"]))
    return null;
  const why = "there is no Docker that answers, and no dockerd that this user may start";
  if (required) throw new Error(`AGENTS_TEST_REQUIRE_DOCKER=1, but ${why}`);
  return `skipped: ${why}`;
}

/** Why a test that stops its Docker cannot run here; null = it can. */
export function noOwnDaemon(): string | null {
  if (canStartDaemon()) return null;
  const why = "starting a dockerd of our own needs root and dockerd on the PATH";
  if (required) throw new Error(`AGENTS_TEST_REQUIRE_DOCKER=1, but ${why}`);
  return `skipped: ${why}`;
}

/** A daemon of this test's own where one can be started, so that nothing of the machine's is touched; else the machine's. */
export async function testDocker(t: Test, { disk }: { readonly disk?: string } = {}): Promise<TestDocker> {
  const home = mkdtempSync(join(tmpdir(), "agents-docker-home-"));
  if (!canStartDaemon()) {
    t.teardown(() => rmSync(home, { recursive: true, force: true }));
    const host = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
    return { docker: new DockerClient(), environment: { env: { DOCKER_HOST: host }, home }, own: null };
  }
  const daemon = new OwnDaemon(home);
  // A small disk: its mount goes with the daemon's own.
  if (disk !== undefined) {
    mkdirSync(join(home, "data"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${disk}`, "tmpfs", join(home, "data")]);
  }
  t.teardown(async () => {
    await daemon.remove();
    rmSync(home, { recursive: true, force: true });
  });
  await daemon.start();
  return {
    docker: new DockerClient({ socketPath: daemon.socketPath }),
    environment: { env: { DOCKER_HOST: `unix://${daemon.socketPath}`, PATH: process.env["PATH"] }, home },
    own: daemon,
  };
}

let daemons = 0;

/**
 * A dockerd in a folder of its own. Several may run at once, beside the machine's: they share no bridge, no address and no
 * firewall rule. The bridge is given, not `none`: with `none` dockerd removes docker0, which may be another's.
 */
class OwnDaemon {
  readonly socketPath: string;
  readonly #dir: string;
  /** A network of its own: 10.<128–255>.0.0/16. */
  readonly #second: number;
  readonly #bridge: string;
  #child: ChildProcess | null = null;

  constructor(dir: string) {
    this.#dir = dir;
    const nth = (daemons += 1);
    this.#second = 128 + ((process.pid + nth * 61) % 128);
    this.#bridge = `agents${process.pid}-${nth}`;
    this.socketPath = join(dir, "docker.sock");
  }

  /** `liveRestore`: its containers go on while it is away; else they end with it, or when it comes back. */
  async start({ liveRestore = false } = {}): Promise<void> {
    const log = createWriteStream(join(this.#dir, "dockerd.log"), { flags: "a" });
    const args = [
      `--data-root=${join(this.#dir, "data")}`,
      `--exec-root=${join(this.#dir, "exec")}`,
      `--pidfile=${join(this.#dir, "docker.pid")}`,
      `--host=unix://${this.socketPath}`,
      `--bridge=${this.#bridge}`,
      "--iptables=false",
      "--ip6tables=false",
      "--ip-masq=false",
      // Nor does it change how this machine routes.
      "--ip-forward=false",
      // A name that no container has is not waited for.
      "--dns=127.0.0.1",
      "--dns-opt=timeout:1",
      "--dns-opt=attempts:1",
      "--shutdown-timeout=5",
      `--default-address-pool=base=10.${this.#second}.0.0/16,size=24`,
      ...(liveRestore ? ["--live-restore"] : []),
      // The registry of a test speaks HTTP.
      "--insecure-registry=127.0.0.0/8",
    ];
    if (!existsSync(`/sys/class/net/${this.#bridge}`)) {
      execFileSync("ip", ["link", "add", this.#bridge, "type", "bridge"]);
      execFileSync("ip", ["addr", "add", `10.${this.#second}.255.1/24`, "dev", this.#bridge]);
    }
    // It goes with the test, however the test ends.
    const child = spawn("setpriv", ["--pdeathsig", "TERM", "dockerd", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#child = child;
    const client = new DockerClient({ socketPath: this.socketPath });
    const ended = once(child, "exit");
    const up = until(
      "dockerd answers",
      () =>
        client.ping().then(
          () => true,
          () => false,
        ),
      30_000,
    );
    await Promise.race([up, ended.then(() => Promise.reject(new Error(`dockerd ended: ${this.log()}`)))]);
  }

  /** Waits until it has gone; `SIGKILL` leaves its containers running. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
    // Its containerd goes with it, but where nobody reaps it, its pid file tells the next dockerd that it lives.
    rmSync(join(this.#dir, "exec/containerd/containerd.pid"), { force: true });
  }

  /** What runs with this daemon's folder in its command line: one shim for each container that it left. */
  #shims(): readonly number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const [program = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
          const ours = args.some((arg) => arg.startsWith(`${this.#dir}/`));
          return ours && basename(program).startsWith("containerd-shim") ? [Number(pid)] : [];
        } catch {
          return []; // gone meanwhile
        }
      });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  log(): string {
    return readFileSync(join(this.#dir, "dockerd.log"), "utf8").split("\n").slice(-15).join("\n");
  }

  async remove(): Promise<void> {
    if (this.#child !== null) {
      const client = new DockerClient({ socketPath: this.socketPath });
      const all = await client.listContainers({ all: true }).catch(() => []);
      await Promise.all(all.map(({ Id }) => client.getContainer(Id).remove({ force: true, v: true })));
      const networks = await client.listNetworks().catch(() => []);
      const made = networks.filter(({ Driver }) => Driver === "bridge");
      await Promise.all(
        made.map(({ Id }) =>
          client
            .getNetwork(Id)
            .remove()
            .catch(() => undefined),
        ),
      );
    }
    await this.stop();
    for (const pid of this.#shims()) {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
      for (const victim of [...children, String(pid)])
        if (victim !== "") process.kill(Number(victim), "SIGKILL");
    }
    // A dockerd may leave its mounts.
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter((path) => path.startsWith(`${this.#dir}/`));
    for (const path of mounts.toReversed()) execFileSync("umount", ["-l", path]);
    execFileSync("ip", ["link", "del", this.#bridge]);
  }
}

function canStartDaemon(): boolean {
  return process.getuid?.() === 0 && ["dockerd", "setpriv", "ip"].every(hasProgram);
}

export function hasProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}

function answers(host: string | undefined): boolean {
  if (host === undefined || host === "" || !hasProgram("curl")) return false;
  const where = host.startsWith("unix://")
    ? ["--unix-socket", host.slice("unix://".length), "http://docker/_ping"]
    : [`${host.replace(/^tcp:/, "http:")}/_ping`];
  try {
    return execFileSync("curl", ["-sf", "--max-time", "3", ...where], { encoding: "utf8" }) === "OK";
  } catch {
    return false; // nobody answers there
  }
}
