import type { Field, ObjectShape, Shape } from "./shape.ts";
import {
  boolean,
  choice,
  integer,
  list,
  object,
  optional,
  record,
  reference,
  required,
  scalar,
  text,
} from "./shape.ts";
import { anyText, label, path, SAFE_URL, secretName } from "./common-shapes.ts";
import { environmentSettings, prompts } from "./environment-shape.ts";
import { toJsonSchema } from "./json-schema.ts";

const variable = text(
  "a variable name",
  "letters, digits and underscores, not starting with a digit",
  /^[A-Za-z_][A-Za-z0-9_]*$/,
);
const eventType = text("an event type", "a topic name such as agents.orders.order.placed", /^[^\s/#+*?]+$/);
const port = integer("a port", 0, 65_535, "an integer from 1 to 65535 (0: a free one is chosen)");

const environment = record("environment variables by name", variable, scalar);
const condition = choice("a condition", ["ready", "started", "completed"]);
const dependsOn = optional(
  record("names of agents and resources with the condition to wait for", anyText("a name"), condition),
  'What must be there first: { "migrate": "completed" }.',
);
const command = list("a command", anyText("an argument"), 1);
const health: Shape = {
  is: "either",
  what: "a health check",
  expected: '"auto", "tcp", "none" or a path such as "/healthz/ready"',
  of: [
    choice("a health check", ["auto", "tcp", "none"]),
    text("a path", "a path that starts with /", /^\/\S*$/),
  ],
};
const duration: Shape = {
  is: "either",
  what: "a duration",
  expected: 'milliseconds as a number, or a text such as "500ms", "10s" or "2m"',
  of: [
    integer("a duration", 0, 86_400_000, "whole milliseconds, at most a day"),
    text("a duration", "", /^\d+(\.\d+)?(ms|s|m)$/),
  ],
};
const sidecar: Shape = {
  is: "either",
  what: "a sidecar",
  expected: '"daprd", "embedded", true or false',
  of: [boolean, choice("a sidecar", ["daprd", "embedded"])],
};
const watch: Shape = {
  is: "either",
  what: "something to watch",
  expected: "a list of globs, true or false",
  of: [boolean, list("a list of globs", anyText("a glob"))],
};

const lifetime = optional(
  choice("a lifetime", ["run", "persistent"]),
  "persistent: its container runs on when the run ends by Ctrl-C or a signal, until agents down.",
);

const server = (kind: string, more: Readonly<Record<string, Field>>): ObjectShape =>
  object(`a ${kind} resource`, {
    kind: required(choice("a kind", [kind]), "What it is."),
    ...more,
    image: optional(anyText("an image"), "Container image where it runs as a container."),
    port: optional(port, "Preferred port."),
    lifetime,
  });

const resources: Shape = {
  is: "variant",
  what: "a resource",
  by: "kind",
  of: {
    redis: server("redis", {}),
    sqlserver: server("sqlserver", {
      databases: optional(
        list("databases", text("a database name", "letters, digits, _ and -", /^[A-Za-z_][\w-]*$/), 1),
        "Databases that exist before an agent starts.",
      ),
    }),
    ollama: server("ollama", {
      models: optional(
        list("models", anyText("a model")),
        "Models that are there before an agent starts, the default first.",
      ),
    }),
    azureopenai: object("an azureopenai resource", {
      kind: required(choice("a kind", ["azureopenai"]), "What it is."),
      endpoint: required(
        text("an endpoint", "a URL such as https://my-resource.openai.azure.com", SAFE_URL),
        "Address of the Azure OpenAI resource.",
      ),
      deployment: required(
        text("a deployment", "a deployment's name", /^[\w.-]+$/),
        "Name of the deployment that is asked.",
      ),
      apiVersion: optional(
        text("an API version", "a date such as 2024-10-21", /^\d{4}-\d\d-\d\d(-preview)?$/),
        "Version of the API. Default 2024-10-21.",
      ),
      auth: optional(
        choice("a way to sign in", ["key", "entra"]),
        "key: with the key of a variable; entra: with the Microsoft Entra identity of whoever runs the agent. Default key.",
      ),
      keyFrom: optional(
        secretName("AZURE_OPENAI_API_KEY"),
        "Name of the environment variable that holds the key. Default AZURE_OPENAI_API_KEY.",
      ),
    }),
    container: object("a container resource", {
      kind: required(choice("a kind", ["container"]), "What it is."),
      image: required(anyText("an image"), "Container image."),
      ports: optional(
        record("ports by name", anyText("a port's name"), integer("a port", 1, 65_535)),
        "Name → port inside the container.",
      ),
      env: optional(environment, "Environment variables."),
      volumes: optional(
        record(
          "volumes",
          anyText("a volume"),
          text("a path", "an absolute path inside the container", /^\//),
        ),
        "Volume or folder → path inside the container.",
      ),
      health: optional(health, "How readiness is probed."),
      lifetime,
      dependsOn,
    }),
    task: object("a task resource", {
      kind: required(choice("a kind", ["task"]), "What it is."),
      command: required(command, "The program and its arguments; runs once."),
      cwd: optional(path("a folder"), "Folder it runs in."),
      env: optional(environment, "Environment variables."),
      uses: optional(list("references to resources", reference), "Resources it needs."),
      dependsOn,
    }),
    external: object("an external resource", {
      kind: required(choice("a kind", ["external"]), "What it is."),
      url: required(
        text("a URL", "a URL such as https://example.com", /^[a-z][a-z0-9+.-]*:\S+$/i),
        "Where it is.",
      ),
    }),
  },
};

const componentSettings = (family: string): Readonly<Record<string, Field>> => ({
  type: optional(
    text(
      "a component type",
      `a Dapr component type such as ${family}.redis`,
      new RegExp(`^${family}\\.[\\w.-]+$`),
    ),
    "Dapr component type.",
  ),
  metadata: optional(record("metadata by name", anyText("a name"), scalar), "Dapr component metadata."),
});
const backed = (kind: string, family: string): ObjectShape =>
  object(`a ${kind} component`, {
    kind: required(choice("a kind", [kind]), "What it is."),
    resource: optional(reference, "Name of the redis resource that backs it; absent: the runtime's own."),
    ...componentSettings(family),
  });
const components: Shape = {
  is: "variant",
  what: "a component",
  by: "kind",
  of: {
    pubsub: backed("pubsub", "pubsub"),
    statestore: backed("statestore", "state"),
    secretstore: object("a secretstore component", {
      kind: required(choice("a kind", ["secretstore"]), "What it is."),
      ...componentSettings("secretstores"),
    }),
  },
};

const agent = object("an agent", {
  entry: optional(
    path("a file"),
    "TypeScript or JavaScript file that is run directly, relative to the config.",
  ),
  command: optional(command, "Any program that listens on PORT, with its arguments."),
  image: optional(anyText("an image"), "Container image."),
  cwd: optional(path("a folder"), "Folder it runs in."),
  external: optional(
    list("package names", anyText("a package")),
    "Packages that are not bundled with `entry`.",
  ),
  port: optional(port, "HTTP port, strict. Absent or 0: a free one is chosen and given as PORT."),
  sidecarPort: optional(port, "Preferred HTTP port of its sidecar."),
  sidecar: optional(
    sidecar,
    "What serves it: daprd, embedded, or what the run chooses (true); false: no sidecar.",
  ),
  replicas: optional(integer("a number of replicas", 1, 100), "Live copies behind one port."),
  uses: optional(list("references to resources", reference), "Resources it needs, by name."),
  dependsOn,
  env: optional(environment, "Environment variables."),
  envFile: optional(path("a file"), "dotenv file, relative to the config."),
  secrets: optional(
    list("variable names", variable),
    "Names of variables that are secret: each must be set where agents up runs, or in envFile.",
  ),
  health: optional(health, "How readiness and health are probed."),
  restart: optional(
    choice("a restart policy", ["on-failure", "always", "never"]),
    "When a process that ended is started again.",
  ),
  watch: optional(watch, "Extra globs that restart it; false: a save never does."),
  subscribes: optional(list("event types", eventType), "Event types it listens to."),
  publishes: optional(list("event types", eventType), "Event types it publishes."),
  stopTimeout: optional(duration, "From SIGTERM to the kill. Default 10s."),
  concurrency: optional(
    integer("a number of deliveries", 1, 1000),
    "Deliveries in flight; 1 is strict order.",
  ),
  deliveryTimeout: optional(duration, "How long handling one event may take. Default 120s."),
});

/** The shape of a whole config. */
export const CONFIG_SHAPE: ObjectShape = object("the config", {
  $schema: optional(anyText("a URL"), "JSON Schema for editors."),
  name: required(label("a project name"), "Name of the project: a DNS label."),
  resources: optional(
    record("resources by name", label("a resource name"), resources),
    "What stands beside the agents.",
  ),
  components: optional(
    record(
      "components by name",
      text(
        "a component name",
        "lower-case letters, digits, hyphens and dots",
        /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
      ),
      components,
    ),
    "Dapr building blocks, by component name.",
  ),
  prompts: optional(prompts, "Where prompts come from. Default: the folder prompts."),
  agents: required(
    record("agents by name", label("an agent name"), agent),
    "The agents, by name: their Dapr app ids.",
  ),
  environments: optional(
    record("environments by name", label("an environment name"), environmentSettings),
    "What differs per environment, chosen by AGENTS_ENV; deployment settings.",
  ),
});

/** The JSON Schema of a config, for editors of `agents.config.json` and `.yaml`. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "agents.config",
    ...toJsonSchema(CONFIG_SHAPE),
  };
}
