import { call, type Answer } from "./kit.ts";

/** One request and what Dapr's API answers. The same list is put to the embedded sidecar and to a real daprd. */
export interface ApiCase {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly status: number;
  /** `errorCode` of the body. */
  readonly code?: string;
  /** The exact text of the body. */
  readonly text?: string;
  /** The message is written by a JSON parser, so it differs. */
  readonly ownWords?: boolean;
}

const JSON_TYPE = { "content-type": "application/json" };
const post = (
  path: string,
  body: string,
  headers: Record<string, string> = JSON_TYPE,
): Pick<ApiCase, "method" | "path" | "body" | "headers"> => ({
  method: "POST",
  path,
  body,
  headers,
});
const bulk = (entries: string): ReturnType<typeof post> =>
  post("/v1.0/publish/bulk/agents-pubsub/t", entries);
const state = (items: string): ReturnType<typeof post> => post("/v1.0/state/agents-statestore", items);
const transaction = (operations: string): ReturnType<typeof post> =>
  post("/v1.0/state/agents-statestore/transaction", operations);

export const API_CASES: readonly ApiCase[] = [
  { name: "health", path: "/v1.0/healthz", status: 204, text: "" },
  { name: "outbound health", path: "/v1.0/healthz/outbound", status: 204, text: "" },
  {
    name: "health of another app",
    path: "/v1.0/healthz?appid=other",
    status: 500,
    code: "ERR_HEALTH_APPID_NOT_MATCH",
  },
  { name: "unknown route", path: "/v1.0/nothing", status: 404, code: "ERR_DIRECT_INVOKE" },
  { name: "root", path: "/", status: 404, code: "ERR_DIRECT_INVOKE" },

  { name: "publish", ...post("/v1.0/publish/agents-pubsub/t", "{}"), status: 204, text: "" },
  { name: "publish by PUT", ...post("/v1.0/publish/agents-pubsub/t", "{}"), method: "PUT", status: 204 },
  {
    name: "publish with a slash in the topic",
    ...post("/v1.0/publish/agents-pubsub/a/b%20c", "{}"),
    status: 204,
  },
  {
    name: "publish to an unknown pubsub",
    ...post("/v1.0/publish/nope/t", "{}"),
    status: 404,
    code: "ERR_PUBSUB_NOT_FOUND",
  },
  {
    name: "publish with bad rawPayload",
    ...post("/v1.0/publish/agents-pubsub/t?metadata.rawPayload=abc", "{}"),
    status: 400,
    code: "ERR_PUBSUB_REQUEST_METADATA",
  },
  {
    name: "publish what is no CloudEvent",
    ...post("/v1.0/publish/agents-pubsub/t", "{", { "content-type": "application/cloudevents+json" }),
    status: 500,
    code: "ERR_PUBSUB_CLOUD_EVENTS_SER",
    ownWords: true,
  },
  { name: "publish no JSON as JSON", ...post("/v1.0/publish/agents-pubsub/t", "{"), status: 204 },

  {
    name: "bulk",
    ...bulk(
      '[{"entryId":"1","event":{"a":1},"contentType":"application/json"},{"entryId":"2","event":"x","contentType":"text/plain"}]',
    ),
    status: 204,
  },
  {
    name: "bulk with entryID",
    ...bulk('[{"entryID":"1","event":{"a":1},"contentType":"application/json"}]'),
    status: 204,
  },
  {
    name: "bulk, alpha",
    ...post(
      "/v1.0-alpha1/publish/bulk/agents-pubsub/t",
      '[{"entryId":"1","event":{"a":1},"contentType":"application/json"}]',
    ),
    status: 204,
  },
  {
    name: "bulk, same entryId twice",
    ...bulk(
      '[{"entryId":"1","event":1,"contentType":"application/json"},{"entryId":"1","event":2,"contentType":"application/json"}]',
    ),
    status: 400,
    code: "ERR_PUBSUB_EVENTS_SER",
  },
  {
    name: "bulk without entryId",
    ...bulk('[{"event":1,"contentType":"application/json"}]'),
    status: 400,
    code: "ERR_PUBSUB_EVENTS_SER",
  },
  { name: "bulk that is no JSON", ...bulk("{"), status: 400, code: "ERR_PUBSUB_EVENTS_SER", ownWords: true },
  {
    name: "bulk that is no array",
    ...bulk("{}"),
    status: 400,
    code: "ERR_PUBSUB_EVENTS_SER",
    ownWords: true,
  },
  {
    name: "bulk without content type",
    ...bulk('[{"entryId":"1","event":1}]'),
    status: 400,
    code: "ERR_PUBSUB_EVENTS_SER",
  },
  {
    name: "bulk with an object as text",
    ...bulk('[{"entryId":"1","event":{},"contentType":"text/plain"}]'),
    status: 400,
    code: "ERR_PUBSUB_EVENTS_SER",
  },
  {
    name: "bulk to an unknown pubsub",
    ...post("/v1.0/publish/bulk/nope/t", "[]"),
    status: 404,
    code: "ERR_PUBSUB_NOT_FOUND",
  },

  { name: "state of a missing key", path: "/v1.0/state/agents-statestore/missing", status: 204, text: "" },
  {
    name: "save",
    ...state(
      '[{"key":"k","value":{"n":12345678901234567890,"html":"<&>"}},{"key":"s","value":"text"},{"key":"u","value":"é😀"},{"key":"null","value":null}]',
    ),
    status: 204,
    text: "",
  },
  { name: "get an object", path: "/v1.0/state/agents-statestore/k", status: 200 },
  { name: "get a string", path: "/v1.0/state/agents-statestore/s", status: 200, text: '"text"' },
  { name: "get other letters", path: "/v1.0/state/agents-statestore/u", status: 200, text: '"é😀"' },
  { name: "get null", path: "/v1.0/state/agents-statestore/null", status: 200, text: "null" },
  { name: "save nothing", ...state("[]"), status: 204 },
  { name: "save what is no JSON", ...state("{"), status: 400, code: "ERR_MALFORMED_REQUEST", ownWords: true },
  { name: "save without key", ...state('[{"value":1}]'), status: 400, code: "ERR_MALFORMED_REQUEST" },
  {
    name: "save with || in the key",
    ...state('[{"key":"a||b","value":1}]'),
    status: 400,
    code: "ERR_MALFORMED_REQUEST",
  },
  {
    name: "save with a wrong etag",
    ...state('[{"key":"s","value":"b","etag":"nope"}]'),
    status: 409,
    code: "ERR_STATE_SAVE",
  },
  {
    name: "save a missing key with an etag",
    ...state('[{"key":"none","value":"b","etag":"nope"}]'),
    status: 409,
    code: "ERR_STATE_SAVE",
  },
  {
    name: "first write of an existing key",
    ...state('[{"key":"s","value":"b","options":{"concurrency":"first-write"}}]'),
    status: 409,
    code: "ERR_STATE_SAVE",
  },
  {
    name: "first write of a new key",
    ...state('[{"key":"new","value":"b","options":{"concurrency":"first-write"}}]'),
    status: 204,
  },
  {
    name: "an unknown concurrency",
    ...state('[{"key":"s","value":1,"options":{"concurrency":"no"}}]'),
    status: 500,
    code: "ERR_STATE_SAVE",
  },
  {
    name: "an unknown consistency",
    ...state('[{"key":"s","value":1,"options":{"consistency":"no"}}]'),
    status: 500,
    code: "ERR_STATE_SAVE",
  },
  {
    name: "a ttl that is no number",
    ...state('[{"key":"s","value":1,"metadata":{"ttlInSeconds":"abc"}}]'),
    status: 500,
    code: "ERR_STATE_SAVE",
  },
  {
    name: "a ttl below -1",
    ...state('[{"key":"s","value":1,"metadata":{"ttlInSeconds":"-2"}}]'),
    status: 500,
    code: "ERR_STATE_SAVE",
  },
  {
    name: "a state store that is not there",
    path: "/v1.0/state/nope/k",
    status: 400,
    code: "ERR_STATE_STORE_NOT_FOUND",
  },
  {
    name: "delete with a wrong etag",
    method: "DELETE",
    path: "/v1.0/state/agents-statestore/s",
    headers: { "if-match": "nope" },
    status: 409,
    code: "ERR_STATE_DELETE",
  },
  { name: "delete", method: "DELETE", path: "/v1.0/state/agents-statestore/new", status: 204 },
  {
    name: "delete what is not there",
    method: "DELETE",
    path: "/v1.0/state/agents-statestore/new",
    status: 204,
  },
  {
    name: "bulk get",
    ...post("/v1.0/state/agents-statestore/bulk", '{"keys":["s","missing"]}'),
    status: 200,
  },
  { name: "bulk get of nothing", ...post("/v1.0/state/agents-statestore/bulk", '{"keys":[]}'), status: 200 },
  {
    name: "bulk get that is no JSON",
    ...post("/v1.0/state/agents-statestore/bulk", "{"),
    status: 400,
    code: "ERR_MALFORMED_REQUEST",
    ownWords: true,
  },
  {
    name: "transaction",
    ...transaction(
      '{"operations":[{"operation":"upsert","request":{"key":"t1","value":1}},{"operation":"delete","request":{"key":"s"}}]}',
    ),
    status: 204,
  },
  { name: "after the transaction", path: "/v1.0/state/agents-statestore/s", status: 204 },
  { name: "transaction of nothing", ...transaction('{"operations":[]}'), status: 204 },
  {
    name: "transaction with metadata null",
    ...transaction(
      '{"operations":[{"operation":"upsert","request":{"key":"t1","value":2}}],"metadata":null}',
    ),
    status: 204,
  },
  {
    name: "transaction of an unknown kind",
    ...transaction('{"operations":[{"operation":"merge","request":{"key":"t1","value":1}}]}'),
    status: 400,
    code: "ERR_NOT_SUPPORTED_STATE_OPERATION",
  },
  {
    name: "transaction with a wrong etag",
    ...transaction(
      '{"operations":[{"operation":"upsert","request":{"key":"t2","value":1}},{"operation":"upsert","request":{"key":"t1","value":1,"etag":"nope"}}]}',
    ),
    status: 500,
    code: "ERR_STATE_TRANSACTION",
  },
  { name: "nothing of a failed transaction", path: "/v1.0/state/agents-statestore/t2", status: 204 },
  {
    name: "query",
    ...post("/v1.0-alpha1/state/agents-statestore/query", "{}"),
    status: 500,
    code: "ERR_STATE_STORE_NOT_SUPPORTED",
  },

  {
    name: "a secret of the environment",
    path: "/v1.0/secrets/env/PARITY_SECRET",
    status: 200,
    text: '{"PARITY_SECRET":"s3cret"}',
  },
  {
    name: "a secret that is not set",
    path: "/v1.0/secrets/env/PARITY_NONE",
    status: 200,
    text: '{"PARITY_NONE":""}',
  },
  {
    name: "a hidden secret",
    path: "/v1.0/secrets/env/DAPR_HTTP_PORT",
    status: 200,
    text: '{"DAPR_HTTP_PORT":""}',
  },
  {
    name: "a secret of a file",
    path: "/v1.0/secrets/file/db:password",
    status: 200,
    text: '{"db:password":"p"}',
  },
  { name: "all secrets of a file", path: "/v1.0/secrets/file/bulk", status: 200 },
  {
    name: "a missing secret of a file",
    path: "/v1.0/secrets/file/none",
    status: 500,
    code: "ERR_SECRET_GET",
  },
  {
    name: "an unknown secret store",
    path: "/v1.0/secrets/nope/k",
    status: 401,
    code: "ERR_SECRET_STORE_NOT_FOUND",
  },

  {
    name: "invoke an unknown app",
    path: "/v1.0/invoke/nobody/method/x",
    status: 500,
    code: "ERR_DIRECT_INVOKE",
    ownWords: true,
  },
  {
    name: "binding",
    ...post("/v1.0/bindings/nope", '{"operation":"create"}'),
    status: 500,
    code: "ERR_INVOKE_OUTPUT_BINDING",
  },
  {
    name: "configuration",
    path: "/v1.0/configuration/nope",
    status: 500,
    code: "ERR_CONFIGURATION_STORE_NOT_CONFIGURED",
  },
  {
    name: "lock",
    ...post("/v1.0-alpha1/lock/nope", '{"resourceId":"r","lockOwner":"o","expiryInSeconds":1}'),
    status: 500,
    code: "ERR_LOCK_STORE_NOT_CONFIGURED",
  },
  {
    name: "unlock",
    ...post("/v1.0-alpha1/unlock/nope", '{"resourceId":"r","lockOwner":"o"}'),
    status: 500,
    code: "ERR_LOCK_STORE_NOT_CONFIGURED",
  },
  {
    name: "metadata of our own",
    method: "PUT",
    path: "/v1.0/metadata/key",
    body: "value",
    headers: { "content-type": "text/plain" },
    status: 204,
  },
];

export function ask(port: number, { method, path, headers, body }: ApiCase): Promise<Answer> {
  return call(port, path, {
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
}
