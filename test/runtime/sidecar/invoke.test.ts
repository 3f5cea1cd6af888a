import t from "tap";
import { type AppOptions, call, freePort, openHost, spec, startApp } from "./kit.ts";

const echo: AppOptions["handle"] = (request, response) => {
  response.writeHead(request.url?.startsWith("/teapot") === true ? 418 : 200, {
    "x-own": "yes",
    "content-type": "text/plain",
  });
  response.write(
    `${request.method ?? ""} ${request.url ?? ""} ${String(request.headers["dapr-caller-app-id"])} ${String(request.headers["x-mine"] ?? "")}\n`,
  );
  request.pipe(response);
  return true;
};

t.test("apps of the run call each other through their sidecars", async (t) => {
  const callee = await startApp(t, { handle: echo });
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("caller", await freePort()));
  await host.start(spec("callee", callee.port));
  const posted = await call(httpPort, "/v1.0/invoke/callee/method/a/b%2Fc?q=1&r=%20", {
    method: "POST",
    headers: { "x-mine": "h" },
    body: "hello",
  });
  t.equal(posted.text, "POST /a/b/c?q=1&r=%20 caller h\nhello");
  t.equal(posted.headers["x-own"], "yes");
  t.equal((await call(httpPort, "/v1.0/invoke/callee/method/teapot")).status, 418);
  t.match(
    (
      await call(httpPort, "/any/path?x=1", {
        method: "PUT",
        headers: { "dapr-app-id": "callee" },
        body: "b",
      })
    ).text,
    "PUT /any/path?x=1 caller",
  );
  const basic = Buffer.from("dapr-app-id:callee").toString("base64");
  t.match(
    (await call(httpPort, "/p", { headers: { authorization: `Basic ${basic}` } })).text,
    "GET /p caller",
  );
});

t.test("an app that is not in the run, or does not listen, is a clear error", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("caller", await freePort()));
  const answer = await call(httpPort, "/v1.0/invoke/nobody/method/x");
  t.same(
    [answer.status, answer.json],
    [
      500,
      {
        errorCode: "ERR_DIRECT_INVOKE",
        message: "failed to invoke, id: nobody, err: couldn't find service: nobody",
      },
    ],
  );
});

t.test("a call to an app that is starting again waits for it", async (t) => {
  const port = await freePort();
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("caller", await freePort()));
  await host.start(spec("callee", port));
  const answer = call(httpPort, "/v1.0/invoke/callee/method/x", { method: "POST", body: "kept" });
  await startApp(t, { port, handle: echo });
  t.match((await answer).text, /POST \/x caller \nkept/);
});
