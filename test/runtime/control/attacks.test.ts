import { once } from "node:events";
import { connect } from "node:net";
import { test } from "tap";
import { startControlServer } from "../../../src/runtime/control/server.ts";
import { StandInControl } from "./stand-in-control.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

/** Sends exactly these bytes, as an attacker can, and gives the whole answer. */
async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.end(text);
  let answer = "";
  socket.on("data", (bytes: Buffer) => (answer += bytes.toString()));
  await once(socket, "close");
  return answer;
}

const ask = (url: string, head: readonly string[], line = "GET /v1/run HTTP/1.1"): Promise<string> =>
  raw(url, `${[line, ...head, "connection: close"].join("\r\n")}\r\n\r\n`);

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

void test("The control API answers who belongs here, and refuses every web page", async (t) => {
  const control = new StandInControl(t.testdir());
  const server = await startControlServer(control, TOKEN);
  t.teardown(async () => {
    await server.close();
    control.logs.close();
  });
  const { url } = server;
  const host = `host: ${new URL(url).host}`;
  const token = `authorization: Bearer ${TOKEN}`;

  t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  for (const name of ["127.0.0.1", "localhost", "LOCALHOST:80", "[::1]", "[::1]:1234", "127.0.0.1:65535"]) {
    t.equal(status(await ask(url, [`host: ${name}`, token])), 200, `Host ${name}`);
  }
  t.equal(status(await ask(url, [host, token, "sec-fetch-site: none"])), 200, "typed into the address bar");

  const refused: readonly (readonly [string, number, readonly string[], string?])[] = [
    ["a rebound name", 403, ["host: evil.example", token]],
    ["a rebound name with the right port", 403, [`host: evil.example:${new URL(url).port}`, token]],
    ["a name that begins like ours", 403, ["host: localhost.evil.example", token]],
    ["a name that ends like ours", 403, ["host: evil-localhost", token]],
    ["another address", 403, ["host: 192.168.1.1", token]],
    ["any address", 403, ["host: 0.0.0.0", token]],
    ["an empty Host", 403, ["host: ", token]],
    ["a Host with a user", 403, ["host: localhost@evil.example", token]],
    ["two Hosts", 403, [host, "host: evil.example", token]],
    ["no Host", 400, [token]],
    ["no Host in HTTP/1.0", 403, [token], "GET /v1/run HTTP/1.0"],
    ["another page", 403, [host, token, "origin: https://evil.example"]],
    ["a sandboxed page", 403, [host, token, "origin: null"]],
    ["our own origin, as we have no pages here", 403, [host, token, `origin: ${url}`]],
    ["an image of another site", 403, [host, token, "sec-fetch-site: cross-site"]],
    ["an image of the same site", 403, [host, token, "sec-fetch-site: same-site"]],
    ["a page of ours", 403, [host, token, "sec-fetch-site: same-origin"]],
    [
      "a preflight",
      403,
      [host, "origin: https://evil.example", "access-control-request-method: POST"],
      "OPTIONS /v1/down HTTP/1.1",
    ],
    ["no token", 401, [host]],
    ["a wrong token", 401, [host, `authorization: Bearer ${TOKEN.replace("0", "1")}`]],
    ["a part of the token", 401, [host, `authorization: Bearer ${TOKEN.slice(0, -1)}`]],
    ["the token and more", 401, [host, `authorization: Bearer ${TOKEN}x`]],
    ["an empty token", 401, [host, "authorization: Bearer "]],
    ["the token in the query", 401, [host], `GET /v1/run?token=${TOKEN} HTTP/1.1`],
    ["the token as a cookie", 401, [host, `cookie: token=${TOKEN}`]],
    ["a no-cors GET of an old browser", 401, [host, "accept: */*", "referer: https://evil.example/"]],
    [
      "a no-cors POST with text",
      401,
      [host, "content-type: text/plain", "content-length: 0"],
      "POST /v1/down HTTP/1.1",
    ],
  ];
  for (const [what, expected, head, line] of refused) {
    const answer = await ask(url, head, line);
    t.equal(status(answer), expected, what);
    t.notMatch(answer, /access-control-/i, `${what}: no CORS headers`);
    t.notMatch(answer, /"project"|shop/, `${what}: nothing is told`);
  }
  t.match(
    await ask(url, [host, "origin: https://evil.example"]),
    /403[\s\S]*"error"/,
    "Host and Origin come before the token",
  );
  t.match(await ask(url, [host]), /www-authenticate: Bearer/i);
  t.same(control.asked, [], "nothing was done");
});

void test("It listens on loopback only", async (t) => {
  const control = new StandInControl(t.testdir());
  const server = await startControlServer(control, TOKEN);
  t.teardown(async () => {
    await server.close();
    control.logs.close();
  });
  const socket = connect(Number(new URL(server.url).port), "127.0.0.2");
  const refused = await new Promise((resolve) => {
    socket.once("connect", () => resolve(false));
    socket.once("error", () => resolve(true));
  });
  socket.destroy();
  t.equal(refused, true);
});

void test("Bad requests get an answer, never a crash", async (t) => {
  const control = new StandInControl(t.testdir());
  const server = await startControlServer(control, TOKEN);
  t.teardown(async () => {
    await server.close();
    control.logs.close();
  });
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(server.url + path, { ...init, headers: { authorization: `Bearer ${TOKEN}` } });
  const post = (path: string, body: string): Promise<Response> => call(path, { method: "POST", body });
  const wrong: readonly (readonly [Promise<Response>, number, object])[] = [
    [call("/"), 404, { code: "AGENTS_CONTROL_FAILED" }],
    [call("/v1/../v1/nothing"), 404, {}],
    [call("//evil.example/v1/run"), 404, {}],
    [call("/v1/run", { method: "POST" }), 405, {}],
    [call("/v1/act"), 405, {}],
    [call("/v1/flow/%E0%A4%A"), 400, {}],
    [call("/v1/flow/unknown"), 404, { code: "AGENTS_EVENT_UNKNOWN" }],
    [call("/v1/logs?last=-1"), 400, { code: "AGENTS_USAGE", path: "last" }],
    [call("/v1/logs?last=x"), 400, { code: "AGENTS_USAGE", path: "last" }],
    [call("/v1/logs?grep=("), 400, { code: "AGENTS_USAGE", path: "grep" }],
    [call("/v1/logs?level=loud"), 400, { code: "AGENTS_USAGE", path: "level", expected: /trace, debug/ }],
    [call("/v1/logs?since=once&follow=1"), 400, { code: "AGENTS_USAGE", path: "since" }],
    [call("/v1/events?limit=many"), 400, { code: "AGENTS_USAGE", path: "limit" }],
    [post("/v1/act", ""), 400, { code: "AGENTS_USAGE" }],
    [post("/v1/act", "{"), 400, { code: "AGENTS_USAGE" }],
    [post("/v1/act", "[]"), 400, { code: "AGENTS_USAGE", path: "body" }],
    [post("/v1/act", '{"action":"explode","names":["a"]}'), 400, { path: "action" }],
    [post("/v1/act", '{"action":"stop","names":"a"}'), 400, { path: "names" }],
    [post("/v1/act", '{"action":"stop","names":[1]}'), 400, { path: "names" }],
    [
      post("/v1/act", '{"action":"stop","names":["ghost"]}'),
      404,
      { code: "AGENTS_NAME_UNKNOWN", hint: "Try host." },
    ],
    [
      post("/v1/act", '{"action":"stop","names":["broken"]}'),
      500,
      { code: "AGENTS_INTERNAL", lines: [/a bug/] },
    ],
    [post("/v1/act", JSON.stringify({ names: ["x".repeat(1024 * 1024)] })), 413, {}],
    [post("/v1/publish", '{"topic":"t"}'), 400, { path: "pubsub" }],
    [post("/v1/events/e1/replay", '{"to":7}'), 400, { path: "to" }],
    [post("/v1/events/e1/retry", ""), 404, { code: "AGENTS_EVENT_UNKNOWN" }],
  ];
  for (const [pending, expected, error] of wrong) {
    const response = await pending;
    t.equal(response.status, expected, response.url.slice(0, 80));
    t.match(await response.json(), { error: { message: String, ...error } });
  }
  t.equal((await call("/v1/run")).status, 200, "it goes on");
});
