import { call } from "../../runtime/sidecar/kit.ts";
import type { ProcessCheck, Running } from "../processes.ts";
import { component, resource } from "../yaml.ts";

const pubsub = component("pubsub", "pubsub.in-memory");

/** The keys of each JSON line, and the form of what is in them. */
function jsonLines(running: Running): unknown {
  const lines = running
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  const shapes = lines.map((line) => {
    const { component: _component, ...value } = JSON.parse(line) as Record<string, unknown>;
    return Object.keys(value).join(" ");
  });
  return { shapes: [...new Set(shapes)], all: lines.length > 0 };
}

const TEXT_LINE =
  /^time="20\d\d-[^"]+Z" level=\w+ msg="?.*?"? app_id=x (?:component=\S+ |component="[^"]*" )?instance=\S+ scope=[\w.]+ type=log ver=\S+$/u;

async function ends(running: Running, signal: NodeJS.Signals): Promise<unknown> {
  running.signal(signal);
  return null;
}

const shutdown = async (running: Running, headers: Record<string, string> = {}): Promise<unknown> => {
  const answer = await call(running.port, "/v1.0/shutdown", { method: "POST", headers });
  return answer.status;
};

export const PROCESS_CHECKS: readonly ProcessCheck[] = [
  { name: "no app id", args: [] },
  { name: "an app id with a dot", args: ["--app-id=a.b"] },
  { name: "an unknown flag", args: ["--app-id=x", "--nope"] },
  { name: "an unknown flag with one dash", args: ["-app-id=x", "-nope"] },
  { name: "a number that is none", args: ["--app-id=x", "--app-health-threshold=many"] },
  { name: "a switch that is none", args: ["--app-id=x", "--enable-api-logging=maybe"] },
  { name: "a duration that is none", args: ["--app-id=x", "--dapr-block-shutdown-duration=soon"] },
  { name: "a flag without its value", args: ["--app-id"] },
  { name: "a port that is none", args: ["--app-id=x", "--dapr-http-port=abc"] },
  { name: "an app port that is none", args: ["--app-id=x", "--app-port=abc"] },
  { name: "an unknown mode", args: ["--app-id=x", "--mode=foo"] },
  { name: "an unknown log level", args: ["--app-id=x", "--log-level=loud"] },
  {
    name: "an app port that is the sidecar's",
    args: ["--app-id=x", "--dapr-http-port=21987", "--app-port=21987"],
  },
  { name: "no folder of resources", args: ["--app-id=x", "--resources-path=none"] },
  { name: "no Configuration", args: ["--app-id=x", "--config=none.yaml"] },
  {
    name: "a probe that takes longer than its interval",
    args: [
      "--app-id=x",
      "--app-port=21986",
      "--enable-app-health-check",
      "--app-health-probe-interval=1",
      "--app-health-probe-timeout=2000",
    ],
  },
  {
    name: "two components of a name",
    args: ["--app-id=x", "--resources-path=r"],
    files: { "r/a.yaml": pubsub, "r/b.yaml": pubsub },
  },
  {
    name: "a component of an unknown type that may fail",
    args: ["--app-id=x", "--resources-path=r"],
    files: {
      "r/a.yaml": pubsub
        .replace("pubsub.in-memory", "pubsub.nosuch")
        .replace("  version: v1", "  version: v1\n  ignoreErrors: true"),
    },
    serving: async (running) => await ends(running, "SIGTERM"),
  },
  {
    name: "a file that is no YAML",
    args: ["--app-id=x", "--resources-path=r"],
    files: { "r/a.yaml": pubsub, "r/b.yaml": "a: [" },
    serving: async (running) => await ends(running, "SIGTERM"),
  },
  { name: "SIGTERM", args: ["--app-id=x"], serving: async (running) => await ends(running, "SIGTERM") },
  { name: "SIGINT", args: ["--app-id=x"], serving: async (running) => await ends(running, "SIGINT") },
  {
    name: "one dash",
    args: ["-app-id", "x", "-enable-api-logging", "stray"],
    serving: async (running) => await ends(running, "SIGTERM"),
  },
  { name: "shutdown by its API", args: ["--app-id=x"], serving: async (running) => await shutdown(running) },
  {
    name: "a forced shutdown by its API",
    args: ["--app-id=x"],
    serving: async (running) => await shutdown(running, { "dapr-force-shutdown": "true" }),
  },
  {
    name: "SIGHUP starts it anew",
    args: ["--app-id=x", "--log-level=info"],
    serving: async (running) => {
      running.signal("SIGHUP");
      await running.writes(/hangup.*[\s\S]*dapr initialized/u);
      await running.serves();
      return await ends(running, "SIGTERM");
    },
  },
  {
    name: "its end waits as long as it is told",
    args: ["--app-id=x", "--dapr-block-shutdown-duration=1500ms", "--log-level=info"],
    serving: async (running) => {
      running.signal("SIGTERM");
      await running.writes(/beginning shutdown/u);
      const during = await call(running.port, "/v1.0/healthz/outbound");
      return during.status;
    },
  },
  {
    name: "a second signal does not wait",
    args: ["--app-id=x", "--dapr-block-shutdown-duration=60s", "--log-level=info"],
    serving: async (running) => {
      running.signal("SIGTERM");
      await running.writes(/beginning shutdown/u);
      return await ends(running, "SIGTERM");
    },
  },
  {
    name: "the log as JSON",
    args: ["--app-id=x", "--log-as-json", "--log-level=info"],
    serving: async (running) => {
      await running.writes(/dapr initialized\. Status: Running/u);
      const seen = jsonLines(running);
      running.signal("SIGTERM");
      return seen;
    },
  },
  {
    name: "the log as text",
    args: ["--app-id=x", "--log-level=info", "--resources-path=r"],
    files: { "r/a.yaml": pubsub },
    serving: async (running) => {
      await running.writes(/dapr initialized\. Status: Running/u);
      const lines = running.output().trim().split("\n");
      const odd = lines.filter((line) => !TEXT_LINE.test(line));
      const has = [
        "app id: x",
        "Component loaded: pubsub (pubsub.in-memory/v1)",
        "HTTP server is running on port",
      ];
      running.signal("SIGTERM");
      return { odd, has: has.map((text) => running.output().includes(text)) };
    },
  },
  {
    name: "calls are logged",
    args: ["--app-id=x", "--log-level=info", "--enable-api-logging"],
    serving: async (running) => {
      await call(running.port, "/v1.0/metadata");
      await running.writes(/HTTP API Called/u);
      running.signal("SIGTERM");
      return null;
    },
  },
  {
    name: "a resource for another app does nothing",
    args: ["--app-id=x", "--resources-path=r"],
    files: {
      "r/a.yaml": component("pubsub", "pubsub.nosuch", {}, ["y"]),
      "r/b.yaml": resource(
        "Resiliency",
        "r",
        { policies: { retries: { a: { policy: "none" } } } },
        { scopes: ["y"] },
      ),
    },
    serving: async (running) => {
      const { json } = await call(running.port, "/v1.0/metadata");
      running.signal("SIGTERM");
      return [json["components"] ?? null, json["resiliencies"] ?? null];
    },
  },
];
