import t from "tap";
import { startCollector } from "../../helpers/collector.ts";
import { containerProject } from "../../helpers/contained.ts";
import { noOwnDaemon, testDocker } from "../../helpers/docker.ts";
import { importImage } from "../../helpers/images.ts";
import { until } from "../../helpers/system.ts";

/** A program that sends one span by the variables of its environment, and then listens on PORT. */
const SENDS = "agents-test/sends:1";
const PROGRAM = `
const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, PORT, HOST } = process.env;
const attributes = [{ key: "service.name", value: { stringValue: OTEL_SERVICE_NAME } }];
const span = { name: "from a container", kind: 1, traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", attributes: [] };
const body = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] });
const headers = { "content-type": "application/json" };
fetch(OTEL_EXPORTER_OTLP_ENDPOINT + "/v1/traces", { method: "POST", headers, body }).then(() =>
  require("node:http").createServer((_, answer) => answer.end()).listen(PORT, HOST));
`;

t.test("an agent that is an image reaches the collector", { skip: noOwnDaemon() ?? false }, async (t) => {
  const docker = await testDocker(t);
  const start = 'CMD ["/usr/bin/node", "/agent.cjs"]';
  await importImage(docker.docker, SENDS, [process.execPath], [start], {
    "agent.cjs": PROGRAM,
  });
  const collector = await startCollector(t);
  const project = containerProject(t, docker, { agents: { boxed: { image: SENDS, health: "tcp" } } });
  Object.assign(project.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const up = await project.agents(["up", "-d"]);
  t.equal(up.code, 0, up.stderr);
  await until("its span has come", () => collector.spans.length > 0);
  t.match(collector.spans, [{ service: "boxed", name: "from a container" }]);
  t.equal((await project.agents(["down"])).code, 0);
});
