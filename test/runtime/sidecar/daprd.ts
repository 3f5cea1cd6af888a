import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { until } from "../../helpers/system.ts";
import { call, freePort, type Owner } from "./kit.ts";

/*
 * A real daprd, to hold the embedded sidecar to. Where there is none, the tests that need it say so and are skipped;
 * AGENTS_DAPRD names the binary.
 */
const candidates = [process.env["AGENTS_DAPRD"], join(homedir(), ".dapr/bin/daprd")];
const binary = candidates.find((one): one is string => one !== undefined && one !== "" && existsSync(one));

/** Options of a test that needs a daprd. */
export const WITH_DAPRD = { skip: binary === undefined ? "no daprd found (set AGENTS_DAPRD)" : false };

export interface DaprdOptions {
  /** Where {@link daprdFiles} are. */
  readonly dir: string;
  readonly appPort: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a daprd for the app `app`, and gives its port once it has found the app. */
export async function startDaprd(t: Owner, { dir, appPort, env = {} }: DaprdOptions): Promise<number> {
  const [http, grpc, internal] = [await freePort(), await freePort(), await freePort()];
  const flags = {
    "app-id": "app",
    "app-port": appPort,
    "dapr-http-port": http,
    "dapr-grpc-port": grpc,
    "dapr-internal-grpc-port": internal,
    "dapr-listen-addresses": "127.0.0.1",
    "enable-metrics": false,
    "resources-path": join(dir, "components"),
    config: join(dir, "config.yaml"),
    "log-level": "error",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(binary ?? "", args, {
    cwd: dir,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DAPR_HOST_IP: "127.0.0.1", ...env },
  });
  t.teardown(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null) await once(child, "exit");
  });
  await until("daprd has found the app", async () => {
    if (child.exitCode !== null) throw new Error("daprd ended");
    return await call(http, "/v1.0/healthz").then(
      ({ status }) => status === 204,
      () => false,
    );
  });
  return http;
}

/** What a daprd reads, for `t.testdir`: the components of the kit, and a way to find apps without a network. */
export function daprdFiles(): {
  readonly components: Record<string, string>;
  readonly "config.yaml": string;
} {
  return {
    components: {
      "pubsub.yaml": yaml("agents-pubsub", "pubsub.in-memory", {}),
      "state.yaml": yaml("agents-statestore", "state.sqlite", { connectionString: "state.db" }),
      "env.yaml": yaml("env", "secretstores.local.env", {}),
      "file.yaml": yaml("file", "secretstores.local.file", { secretsFile: "secrets.json" }),
    },
    "config.yaml": `apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata:
  name: config
spec:
  nameResolution:
    component: sqlite
    version: v1
    configuration:
      connectionString: names.db
`,
  };
}

/** A component as people write it. */
export function yaml(name: string, type: string, metadata: Record<string, string>): string {
  const head = `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${name}\nspec:\n  type: ${type}\n  version: v1\n`;
  const entries = Object.entries(metadata).map(
    ([key, value]) => `  - name: ${key}\n    value: ${JSON.stringify(value)}\n`,
  );
  return `${head}  metadata:${entries.length === 0 ? " []" : ""}\n${entries.join("")}`;
}
