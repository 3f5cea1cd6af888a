import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import t from "tap";
import { pick, resourceOf, systemProject, until } from "../helpers/system.ts";

void t.test(
  "a given SQL Server is used as it is: agents wait for it, and its password is nowhere",
  async (t) => {
    let connections = 0;
    // Somebody listens there who is no SQL Server.
    const server = createServer((socket) => {
      connections += 1;
      socket.on("error", () => undefined).destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.teardown(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const url = `mssql://sa:hush-hush@127.0.0.1:${port}/agentsdb`;
    const project = systemProject(t, { env: { AGENTS_SQLSERVER_URL: url } });
    const up = project.up(["--mode", "embedded"]);
    await up.event(
      "the server is told",
      (event) =>
        pick(event, "resource", "name") === "sqlserver" && pick(event, "resource", "state") === "ready",
    );
    await until(
      "an agent waits",
      async () =>
        (await project.agents(["logs", "testplanning"])).stdout.includes(
          `waits for SQL Server server=127.0.0.1:${port}`,
        ),
      30_000,
    );
    const run = await project.json(["ps"]);
    t.match(resourceOf(run, "sqlserver"), {
      implementation: "external",
      url: `mssql://sa:***@127.0.0.1:${port}/agentsdb`,
    });
    t.match(resourceOf(run, "testplanning"), { state: "starting" });
    t.ok(connections > 0);
    const told = [
      (await project.agents(["logs"])).stdout,
      (await project.agents(["ps"])).stdout,
      JSON.stringify(up.events),
      up.stderr,
    ];
    t.notMatch(told.join("\n"), /hush-hush/u);
  },
);
