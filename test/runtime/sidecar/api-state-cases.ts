import { post, type ApiCase } from "./api-case.ts";

const state = (items: string): ReturnType<typeof post> => post("/v1.0/state/agents-statestore", items);
const transaction = (operations: string): ReturnType<typeof post> =>
  post("/v1.0/state/agents-statestore/transaction", operations);

/** State: what is saved, read, refused; in this order, one works on what another left. */
export const STATE_CASES: readonly ApiCase[] = [
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
];
