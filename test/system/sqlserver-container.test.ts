import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { SQL_SERVER_IMAGE } from "../../src/runtime/resources/container/ready-definitions.ts";
import { containerProject, containersOf } from "../helpers/contained.ts";
import { noOwnDaemon, testDocker } from "../helpers/docker.ts";
import { importImage } from "../helpers/images.ts";
import { fixture, pick, resourceOf } from "../helpers/system.ts";

t.test("auto and a SQL Server", { skip: noOwnDaemon() ?? false }, async (t) => {
  const docker = await testDocker(t);
  // A stand-in that starts, and never answers a query: the real image cannot be had where these tests run.
  const command = ['CMD ["sh", "-c", "echo starting; while :; do sleep 0.1; done"]'];
  const sqlcmd = { "opt/mssql-tools18/bin/sqlcmd": "#!/bin/sh\nexit 1\n" };
  await importImage(docker.docker, SQL_SERVER_IMAGE, ["sh", "sleep"], command, sqlcmd);
  const project = containerProject(t, docker, {
    resources: { db: { kind: "sqlserver", port: 0, databases: ["agentsdb"] } },
    agents: { one: { command: fixture("listens.js"), health: "tcp", uses: ["db"] } },
  });

  await t.test("its container is made as it should be, and that it does not answer is told", async (t) => {
    const up = project.up(["--mode", "auto"]);
    await up.event("what is missing", (event) => {
      const resource = pick(event, "resource");
      return pick(resource, "name") === "db" && /a query yet/u.test(String(pick(resource, "reason")));
    });
    const run = await project.json(["ps"]);
    t.match(resourceOf(run, "db"), {
      implementation: "container",
      state: "starting",
      image: SQL_SERVER_IMAGE,
      url: /^mssql:\/\/agents:\*\*\*@127\.0\.0\.1:\d+\/agentsdb$/,
      reason: "does not answer a query yet",
    });
    t.match(resourceOf(run, "one"), { state: "waiting", waitsFor: ["db"] });
    const [made] = await containersOf(project, docker, "db");
    const { Config, HostConfig, Mounts } = await docker.docker.getContainer(made?.Id ?? "").inspect();
    const env = new Map(Config.Env.map((each): [string, string] => [each.split("=", 1)[0] ?? "", each]));
    t.equal(env.get("ACCEPT_EULA"), "ACCEPT_EULA=Y");
    const password = (env.get("MSSQL_SA_PASSWORD") ?? "").split("=")[1] ?? "";
    for (const rule of [/^.{8,128}$/u, /[a-z]/u, /[A-Z]/u, /\d/u]) t.match(password, rule);
    t.equal(HostConfig.Memory, 3072 * 1024 * 1024);
    t.match(HostConfig.PortBindings, { "1433/tcp": [{ HostIp: "127.0.0.1" }] });
    t.match(Mounts, [{ Type: "volume", Destination: "/var/opt/mssql" }]);
    const kept: unknown = JSON.parse(readFileSync(join(project.root, ".agents/passwords.json"), "utf8"));
    t.match(kept, { db: password, "db/agents": String });
    const said = [up.stderr, JSON.stringify(up.events), ...(await sayings())].join("\n");
    for (const secret of [password, String(pick(kept, "db/agents"))]) t.notOk(said.includes(secret));
    t.equal((await project.agents(["down", "-v"])).code, 0);
    t.same(await containersOf(project, docker), []);
  });

  await t.test("an image that cannot be had leads to SQLite, with one line", async (t) => {
    const image = "127.0.0.1:1/mssql:1";
    project.write({
      "agents.config.json": readFileSync(join(project.root, "agents.config.json"), "utf8").replace(
        '"kind":"sqlserver"',
        `"kind":"sqlserver","image":"${image}"`,
      ),
    });
    const up = await project.agents(["up", "-d", "--mode", "auto", "--json"]);
    t.equal(up.code, 0, up.stderr);
    t.match(up.stderr, /^db cannot have its image 127\.0\.0\.1:1\/mssql:1: .* Instead: db is embedded\./mu);
    t.match(resourceOf(JSON.parse(up.stdout), "db"), { implementation: "embedded", reason: /SQLite/ });
    t.equal((await project.agents(["down", "-v"])).code, 0);
  });

  async function sayings(): Promise<readonly string[]> {
    const said = await Promise.all([["ps"], ["logs"], ["config"]].map((args) => project.agents(args)));
    return said.map(({ stdout, stderr }) => stdout + stderr);
  }
});
