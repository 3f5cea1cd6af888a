import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions } from "../../runtime/sidecar/kit.ts";
import type { Question, Side, World } from "../check.ts";
import { answerShape } from "../mask.ts";
import { component, resource } from "../yaml.ts";

/** Policies around invocations, and around a state store. */
export const GUARDED: World = {
  name: "guarded",
  resources: {
    "memory.yaml": component("memory", "state.in-memory"),
    "resiliency.yaml": resource("Resiliency", "guarded", {
      policies: {
        timeouts: { short: "400ms" },
        retries: { two: { policy: "constant", duration: "20ms", maxRetries: 2 } },
        circuitBreakers: { six: { maxRequests: 1, timeout: "60s", trip: "consecutiveFailures >= 6" } },
      },
      targets: {
        apps: { app: { timeout: "short", retry: "two", circuitBreaker: "six" } },
        components: { memory: { outbound: { retry: "two", circuitBreaker: "six" } } },
      },
    }),
  },
};

/** Default policies, by name. */
export const BY_DEFAULT: World = {
  name: "by default",
  resources: {
    "resiliency.yaml": resource("Resiliency", "defaults", {
      policies: {
        retries: {
          DefaultRetryPolicy: { policy: "constant", duration: "10ms", maxRetries: 4 },
          DefaultAppRetryPolicy: {
            policy: "constant",
            duration: "10ms",
            maxRetries: 1,
            matching: { httpStatusCodes: "500-599" },
          },
        },
      },
      targets: {},
    }),
  },
};

function invoked(
  world: string,
  name: string,
  path: string,
  options: CallOptions & { readonly times?: number } = {},
): Question {
  const { times = 1, ...call } = options;
  return {
    at: "question",
    name: `guarded: ${name}`,
    world,
    ask: async (side) => {
      const before = side.app.got.length;
      const answers: unknown[] = [];
      for (let n = 0; n < times; n += 1)
        answers.push(answerShape(await side.call(`/v1.0/invoke/app/method${path}`, call)));
      await sleep(50); // one more would have come by now
      const got = side.app.got
        .slice(before)
        .filter((one) => one.path === path)
        .map((one) => [one.method, one.text]);
      return { answers, got };
    },
  };
}

const POST = { method: "POST", headers: { "content-type": "application/json" } } as const;

const stored = (name: string, ask: (side: Side) => Promise<unknown>): Question => ({
  at: "question",
  name: `guarded state: ${name}`,
  world: "guarded",
  ask,
});

async function save(side: Side, item: Record<string, unknown>): Promise<unknown> {
  const answer = await side.call("/v1.0/state/memory", { ...POST, body: JSON.stringify([item]) });
  return answerShape(answer, true);
}

const asked = (name: string, path: string, options: CallOptions = {}): Question =>
  stored(name, async (side) => answerShape(await side.call(path, options), true));

const mismatch = { key: "k", value: 2, etag: "00000000-0000-4000-8000-000000000000" };

export const GUARDED_QUESTIONS: readonly Question[] = [
  invoked("guarded", "an app that answers", "/echo/200"),
  invoked("guarded", "a redirect", "/echo/302"),
  invoked("guarded", "an app that fails", "/echo/500"),
  invoked("guarded", "an app that refuses", "/echo/404", { ...POST, body: '{"n":1}' }),
  invoked("guarded", "a body in chunks", "/echo/502", {
    method: "POST",
    headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
    body: '{"n":2}',
  }),
  invoked("guarded", "an app that takes too long", "/held/long"),
  invoked("guarded", "an app that failed too often", "/echo/503", { times: 3 }),
  invoked("guarded", "another path of it", "/echo/201"),
  invoked("by default", "a status that matches", "/echo/500"),
  invoked("by default", "a status that does not match", "/echo/404"),
  stored("save", async (side) => await save(side, { key: "k", value: 1 })),
  stored("a wrong etag", async (side) => await save(side, mismatch)),
  ...["delete with a wrong etag", "delete with a wrong etag, too often"].map((name) =>
    asked(name, "/v1.0/state/memory/k", { method: "DELETE", headers: { "if-match": mismatch.etag } }),
  ),
  stored("save, too often", async (side) => await save(side, { key: "k", value: 3 })),
  asked("get, too often", "/v1.0/state/memory/k"),
  asked("delete, too often", "/v1.0/state/memory/k", { method: "DELETE" }),
  asked("bulk get, too often", "/v1.0/state/memory/bulk", { ...POST, body: '{"keys":["k"]}' }),
  asked("a transaction, too often", "/v1.0/state/memory/transaction", {
    ...POST,
    body: '{"operations":[{"operation":"delete","request":{"key":"k"}}]}',
  }),
];
