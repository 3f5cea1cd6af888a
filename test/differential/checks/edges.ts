import type { Question, Side, World } from "../check.ts";
import { answerShape } from "../mask.ts";
import { component } from "../yaml.ts";
import { asked } from "./api.ts";

const PUBSUB = { "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory") };
const JSON_TYPE = { "content-type": "application/json" };
const filler = "x".repeat(2_000);

/** Bodies of a kilobyte at most. */
export const SMALL: World = {
  name: "small",
  resources: { ...PUBSUB, "memory.yaml": component("memory", "state.in-memory") },
  flags: { "max-body-size": "1Ki" },
};

const tooLarge = (name: string, path: string, body: string, differs?: string): Question =>
  asked("small", `a body over the limit: ${name}`, path, {
    method: "POST",
    headers: JSON_TYPE,
    body,
    ...(differs === undefined ? {} : { differs }),
  });

export const SMALL_QUESTIONS: readonly Question[] = [
  tooLarge("publish", "/v1.0/publish/agents-pubsub/t", JSON.stringify(filler)),
  tooLarge(
    "a bulk",
    "/v1.0/publish/bulk/agents-pubsub/t",
    JSON.stringify([{ entryId: "1", event: filler, contentType: "text/plain" }]),
  ),
  tooLarge("state", "/v1.0/state/memory", JSON.stringify([{ key: "k", value: filler }])),
  tooLarge(
    "a transaction",
    "/v1.0/state/memory/transaction",
    JSON.stringify({ operations: [{ operation: "upsert", request: { key: "k", value: filler } }] }),
  ),
  tooLarge("a bulk get", "/v1.0/state/memory/bulk", JSON.stringify({ keys: [filler] })),
  tooLarge("a binding", "/v1.0/bindings/none", JSON.stringify({ operation: "create", data: filler })),
  tooLarge("within it", "/v1.0/publish/agents-pubsub/t", '"small"'),
  {
    ...tooLarge(
      "an invocation",
      "/v1.0/invoke/app/method/echo",
      JSON.stringify(filler),
      "the bodies of invocations are streamed, without a limit",
    ),
    ask: async (side) =>
      (await side.call("/v1.0/invoke/app/method/echo", { method: "POST", headers: JSON_TYPE, body: filler }))
        .status,
  },
];

/** Nobody may call its app. */
export const ACCESS: World = {
  name: "access",
  resources: PUBSUB,
  config: `  accessControl:
    defaultAction: deny
    trustDomain: public
    policies:
    - appId: app
      defaultAction: deny
      trustDomain: public
      namespace: default
`,
};

export const ACCESS_QUESTIONS: readonly Question[] = [
  // It goes through no other sidecar, which is who asks whether it may.
  asked("access", "access: its own app", "/v1.0/invoke/app/method/echo/200"),
  asked("access", "access: its own app by a header", "/echo/200", { headers: { "dapr-app-id": "app" } }),
];

/** An app that is called by the clock, and fails. */
export const BINDINGS: World = {
  name: "bindings",
  resources: {
    ...PUBSUB,
    "tick.yaml": component("tick", "bindings.cron", {
      schedule: "@every 1s",
      route: "tick/t",
      direction: "input",
    }),
    "fails.yaml": component("fails", "bindings.cron", {
      schedule: "@every 1s",
      route: "echo/500",
      direction: "input",
    }),
    "unwanted.yaml": component("unwanted", "bindings.cron", { schedule: "@every 1s" }),
  },
};

const invokes = (name: string, path: string, body?: string, method = "POST"): Question =>
  asked("bindings", `binding: ${name}`, path, {
    method,
    headers: JSON_TYPE,
    ...(body === undefined ? {} : { body }),
  });

async function calls(side: Side, name: string): Promise<unknown> {
  await side.gotAtLeast(name, 2);
  const [first] = side.got(name).filter(({ method }) => method !== "OPTIONS");
  if (first === undefined) return null;
  const { "content-type": type, "content-length": length, traceparent } = first.headers;
  return { method: first.method, path: first.path, text: first.text, type, length, traceparent };
}

export const BINDING_QUESTIONS: readonly Question[] = [
  {
    at: "question",
    name: "binding: by the clock",
    world: "bindings",
    ask: async (side) => await calls(side, "tick"),
  },
  {
    at: "question",
    name: "binding: an app that fails is called the next time",
    world: "bindings",
    ask: async (side) => await calls(side, "echo"),
  },
  {
    at: "question",
    name: "binding: one that the app does not answer OPTIONS for",
    world: "bindings",
    ask: (side) =>
      Promise.resolve([
        ...new Set(side.app.got.filter(({ path }) => path === "/unwanted").map(({ method }) => method)),
      ]),
  },
  invokes("an unknown one", "/v1.0/bindings/none", '{"operation":"create","data":1}'),
  invokes("by PUT", "/v1.0/bindings/none", '{"operation":"create"}', "PUT"),
  invokes("an input binding, as output", "/v1.0/bindings/tick", '{"operation":"create"}'),
  invokes("without an operation", "/v1.0/bindings/none", '{"data":1}'),
  invokes("an operation that is a number", "/v1.0/bindings/none", '{"operation":1}'),
  invokes("nothing", "/v1.0/bindings/none", ""),
  invokes("by DELETE", "/v1.0/bindings/none", undefined, "DELETE"),
  {
    ...invokes("no JSON", "/v1.0/bindings/none", "{"),
    ask: async (side) =>
      answerShape(
        await side.call("/v1.0/bindings/none", { method: "POST", headers: JSON_TYPE, body: "{" }),
        true,
      ),
  },
];
