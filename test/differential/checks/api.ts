import { ask as askCase } from "../../runtime/sidecar/api-case.ts";
import type { ApiCase } from "../../runtime/sidecar/api-case.ts";
import { API_CASES } from "../../runtime/sidecar/api-cases.ts";
import type { CallOptions } from "../../runtime/sidecar/kit.ts";
import type { Question } from "../check.ts";
import { answerShape, parsed } from "../mask.ts";

/** A request whose answer is compared. */
export function asked(
  world: string,
  name: string,
  path: string,
  options: CallOptions & { readonly ownWords?: true; readonly differs?: string } = {},
): Question {
  const { ownWords, differs, ...call } = options;
  return {
    at: "question",
    name,
    world,
    ...(differs === undefined ? {} : { differs }),
    ask: async (side) => answerShape(await side.call(path, call), ownWords === true),
  };
}

const NUMBERS = "numbers keep the digits that came; daprd rounds those beyond 2^53";

const CASES: readonly Question[] = API_CASES.map((one: ApiCase): Question => ({
  at: "question",
  name: one.name,
  world: "plain",
  ...(one.name === "get an object" ? { differs: NUMBERS } : {}),
  ask: async (side) => answerShape(await askCase(side.port, one), one.ownWords === true),
}));

const POST = { method: "POST", headers: { "content-type": "application/json" } } as const;

export const API_QUESTIONS: readonly Question[] = [
  ...CASES,
  {
    at: "question",
    name: "metadata",
    world: "plain",
    differs: "there are no actors, workflows and features of daprd, and concurrency is limited",
    ask: async (side) => (await side.call("/v1.0/metadata")).json,
  },
  {
    at: "question",
    name: "metadata: components, id, app and extended",
    world: "plain",
    ask: async (side) => {
      await side.call("/v1.0/metadata/own%20key", { method: "PUT", body: "value" });
      const { json } = await side.call("/v1.0/metadata");
      const { id, components, extended, appConnectionProperties } = parsed(JSON.stringify(json)) as Record<
        string,
        unknown
      >;
      const { maxConcurrency: _limit, ...app } = appConnectionProperties as Record<string, unknown>;
      const list = (components as Record<string, unknown>[]).map((one) => ({
        ...one,
        capabilities: ((one["capabilities"] ?? []) as string[])
          .filter((each) => COMPARED.has(each))
          .toSorted(),
      }));
      return {
        id,
        app,
        extended,
        components: list.toSorted((a, b) =>
          String(a["name" as never]) < String(b["name" as never]) ? -1 : 1,
        ),
      };
    },
  },
  asked("plain", "metadata by another verb", "/v1.0/metadata", { method: "DELETE" }),
  asked("plain", "two slashes in a path", "//v1.0//healthz"),
  asked("plain", "a slash at the end", "/v1.0/healthz/"),
  asked("plain", "a dot in a path", "/v1.0/./healthz"),
  asked("plain", "health by another verb", "/v1.0/healthz", { method: "POST" }),
  asked("plain", "a topic that is empty", "/v1.0/publish/agents-pubsub/", POST),
  asked("plain", "an empty bulk", "/v1.0/publish/bulk/agents-pubsub/t", { ...POST, body: "[]" }),
  asked("plain", "a bulk with an unknown type", "/v1.0/publish/bulk/agents-pubsub/t", {
    ...POST,
    body: '[{"entryId":"1","event":{},"contentType":"foo/bar"}]',
  }),
  asked("plain", "a state store for another app", "/v1.0/state/other/k"),
  asked("plain", "a nested secret, level by level", "/v1.0/secrets/nested/db"),
  asked("plain", "all secrets, level by level", "/v1.0/secrets/nested/bulk"),
  asked("plain", "secrets of an unknown store", "/v1.0/secrets/nope/x"),
  asked("plain", "secrets by another verb", "/v1.0/secrets/env/x", { method: "POST" }),
  asked("bare", "publish without any pub/sub", "/v1.0/publish/agents-pubsub/t", { ...POST, body: "{}" }),
  asked("bare", "state without any store", "/v1.0/state/s/k"),
  asked("bare", "save without any store", "/v1.0/state/s", { ...POST, body: "[]" }),
  asked("bare", "secrets without any store", "/v1.0/secrets/s/k"),
  asked("bare", "a query without any store", "/v1.0-alpha1/state/s/query", { ...POST, body: "{}" }),
  asked("bare", "health", "/v1.0/healthz"),
  asked("bare", "configuration without any store", "/v1.0/configuration/c?key=a"),
  asked("bare", "lock without any store", "/v1.0-alpha1/lock/l", {
    ...POST,
    body: '{"resourceId":"r","lockOwner":"o","expiryInSeconds":5}',
  }),
  asked("bare", "a binding that is not there", "/v1.0/bindings/b", { ...POST, body: '{"operation":"get"}' }),
];

/** Capabilities that both kinds name; the others are those of blocks that are not there. */
const COMPARED = new Set(["ETAG", "TRANSACTIONAL", "TTL", "SUBSCRIBE_WILDCARDS"]);

export const CLOSED_QUESTIONS: readonly Question[] = [
  asked("closed", "denied: state", "/v1.0/state/memory/k"),
  asked("closed", "denied: saving state", "/v1.0/state/memory", { ...POST, body: "[]" }),
  asked("closed", "not denied: publish", "/v1.0/publish/agents-pubsub/t", { ...POST, body: "{}" }),
  asked("closed", "not denied: metadata of an app", "/v1.0/healthz"),
  asked("closed", "denied for gRPC only: invoke", "/v1.0/invoke/app/method/echo"),
  asked("closed", "secrets: one that is allowed", "/v1.0/secrets/env/PARITY_SECRET"),
  asked("closed", "secrets: one that is not allowed", "/v1.0/secrets/env/PATH"),
  asked("closed", "secrets: one that is denied", "/v1.0/secrets/file/db:password"),
  asked("closed", "secrets: one that is not denied", "/v1.0/secrets/file/plain"),
  asked("closed", "secrets: all but those denied", "/v1.0/secrets/file/bulk"),
  asked("closed", "secrets: a closed store", "/v1.0/secrets/second/plain"),
  asked("closed", "secrets: all of a closed store", "/v1.0/secrets/second/bulk"),
  asked("closed", "secrets: an open store", "/v1.0/secrets/third/plain"),
  asked("listed", "allowed: publish", "/v1.0/publish/agents-pubsub/t", { ...POST, body: "{}" }),
  asked("listed", "not allowed: bulk publish", "/v1.0/publish/bulk/agents-pubsub/t", { ...POST, body: "[]" }),
  asked("listed", "not allowed: state", "/v1.0/state/memory/k"),
  asked("listed", "not allowed: secrets", "/v1.0/secrets/x/k"),
  asked("listed", "not allowed: invoke", "/v1.0/invoke/app/method/echo"),
  asked("listed", "not allowed: alpha bulk publish", "/v1.0-alpha1/publish/bulk/agents-pubsub/t", {
    ...POST,
    body: "[]",
  }),
  asked("listed", "health is always allowed", "/v1.0/healthz"),
];
