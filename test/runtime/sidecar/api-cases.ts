import { post, type ApiCase } from "./api-case.ts";
import { STATE_CASES } from "./api-state-cases.ts";

const bulk = (entries: string): ReturnType<typeof post> =>
  post("/v1.0/publish/bulk/agents-pubsub/t", entries);
/** Every API, one request after the other. */
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

  ...STATE_CASES,

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
    name: "a secret with a name that every object has",
    path: "/v1.0/secrets/file/constructor",
    status: 500,
    code: "ERR_SECRET_GET",
  },
  {
    name: "a variable with a name that every object has",
    path: "/v1.0/secrets/env/toString",
    status: 200,
    text: '{"toString":""}',
  },
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
