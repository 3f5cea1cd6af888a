import t from "tap";
import { ask } from "./api-case.ts";
import { API_CASES } from "./api-cases.ts";
import { component, openHost, PUBSUB, spec, startApp, STATE } from "./kit.ts";

t.test("every API answers as Dapr's does", async (t) => {
  process.env["PARITY_SECRET"] = "s3cret";
  const dir = t.testdir({ "secrets.json": JSON.stringify({ db: { password: "p" } }) });
  const components = [
    PUBSUB,
    STATE,
    component("secretstore", "env", {}, "secretstores.local.env"),
    component("secretstore", "file", { secretsFile: "secrets.json" }, "secretstores.local.file"),
  ];
  const app = await startApp(t);
  const { host } = await openHost(t, dir, { components });
  const { httpPort } = await host.start(spec("app", app.port));
  host.appReady("app");
  for (const one of API_CASES) {
    const answer = await ask(httpPort, one);
    t.equal(answer.status, one.status, `${one.name}: ${answer.text}`);
    if (one.code !== undefined) t.equal(answer.json["errorCode"], one.code, one.name);
    if (one.text !== undefined) t.equal(answer.text, one.text, one.name);
  }
});
