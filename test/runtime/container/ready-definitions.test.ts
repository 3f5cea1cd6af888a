import { randomBytes } from "node:crypto";
import t from "tap";
import { definitionFor } from "../../../src/runtime/resources/container/definition-for.ts";
import { passwordFor } from "../../../src/runtime/resources/container/passwords.ts";
import {
  OLLAMA_IMAGE,
  ollama,
  redis,
  SQL_SERVER_IMAGE,
  sqlServer,
} from "../../../src/runtime/resources/container/ready-definitions.ts";
import { checkScript, setupScript } from "../../../src/runtime/resources/container/sql-server-setup.ts";
import { noOwnDaemon, testDocker } from "../../helpers/docker.ts";
import { importImage } from "../../helpers/images.ts";
import { NEVER, openHost, ready, resourceOf } from "./kit.ts";

/** Answers as sqlcmd would: with the right password, once the server is up and the login was made. Notes how it was called. */
const SQLCMD = `#!/bin/sh
echo "$@" >> /tmp/called
test -e /tmp/up || exit 1
case "$*" in
  *"-U sa -i /etc/agents/databases.sql") test "$SQLCMDPASSWORD" = "$MSSQL_SA_PASSWORD" && echo > /tmp/made ;;
  *"-U agents -i /etc/agents/check.sql") test -e /tmp/made && test "$SQLCMDPASSWORD" = "$AGENTS_SQL_PASSWORD" ;;
  *) exit 1 ;;
esac
`;

t.test(
  "SQL Server's container, checked on a stand-in for its image",
  { skip: noOwnDaemon() ?? false },
  async (t) => {
    const tested = await testDocker(t);
    await importImage(
      tested.docker,
      SQL_SERVER_IMAGE,
      ["sh", "sleep", "cat", "test"],
      ['CMD ["sh", "-c", "sleep 1; echo > /tmp/up; while :; do sleep 0.1; done"]'],
      { "opt/mssql-tools18/bin/sqlcmd": SQLCMD },
    );
    const host = await openHost(t, tested);
    const dir = t.testdir({});
    const [password, login] = [passwordFor(dir, "db"), passwordFor(dir, "db", "agents")];
    t.not(password, login);
    const definition = sqlServer({ port: "any", password, login, databases: ["agentsdb"] });
    const { resource } = resourceOf(host, definition, { name: "db" });
    const running = await resource.start(NEVER);
    const reasons: string[] = [];
    await ready(resource, { onWhy: (why) => reasons.push(why) });
    t.strictSame(reasons, ["does not answer a query yet"]);
    const { Config, HostConfig, Mounts } = await running.container.inspect();
    t.ok(Config.Env.includes("ACCEPT_EULA=Y"));
    t.ok(Config.Env.includes("MSSQL_PID=Developer"));
    t.ok(Config.Env.includes(`MSSQL_SA_PASSWORD=${password}`));
    t.ok(Config.Env.includes("MSSQL_MEMORY_LIMIT_MB=2457"));
    t.equal(HostConfig.Memory, 3072 * 1024 * 1024);
    t.match(Mounts, [{ Type: "volume", Name: /-db-data$/, Destination: "/var/opt/mssql" }]);
    const { Env, ...rest } = Config;
    t.notOk(
      JSON.stringify({ rest, HostConfig }).includes(password),
      "the password is in the environment alone",
    );
    const exec = await running.container.exec({ Cmd: ["cat", "/tmp/called"], AttachStdout: true });
    let called = "";
    for await (const chunk of await exec.start({})) called += String(chunk);
    t.match(called, /-U sa -i \/etc\/agents\/databases\.sql/);
    t.notOk(called.includes(password) || called.includes(login), "and in no command line");
    const files = await running.container.exec({
      Cmd: ["cat", "/etc/agents/databases.sql", "/etc/agents/check.sql"],
      AttachStdout: true,
    });
    let scripts = "";
    for await (const chunk of await files.start({})) scripts += String(chunk);
    t.ok(scripts.includes(setupScript(["agentsdb"], login)), "its databases are made by this script");
    t.ok(scripts.includes(checkScript(["agentsdb"])));
    t.ok(Env.length > 0);
    await running.stop({ now: true });
  },
);

t.test(
  "Ollama's container is ready when it answers its version",
  { skip: noOwnDaemon() ?? false },
  async (t) => {
    const tested = await testDocker(t);
    // A stand-in: Node, as it is at hand, with a server that takes its time.
    const server = `setTimeout(() => require("http").createServer((q, s) => {
    s.statusCode = q.url === "/api/version" ? 200 : 404; s.end("{}");
  }).listen(Number(process.env.OLLAMA_HOST.split(":")[1]), "0.0.0.0"), 700);`;
    await importImage(
      tested.docker,
      `${OLLAMA_IMAGE}:latest`,
      [process.execPath, "sh"],
      ['CMD ["node", "/server.js"]'],
      {
        "server.js": server,
        "unused.bin": randomBytes(8),
      },
    );
    const host = await openHost(t, tested);
    const { resource } = resourceOf(host, ollama({ port: "any" }), { name: "llm" });
    const running = await resource.start(NEVER);
    await ready(resource);
    const answer = await fetch(`http://127.0.0.1:${resource.hostPort(11434)}/api/version`);
    t.equal(answer.status, 200);
    const { Mounts } = await running.container.inspect();
    t.match(Mounts, [{ Type: "volume", Name: /-llm-models$/, Destination: "/root/.ollama" }]);
    await running.stop({ now: true });
  },
);

t.test("a definition is data: no secret but where it belongs", async (t) => {
  const secret = "Hush-1234567890";
  const login = "Agents-0987654321";
  const server = sqlServer({ port: 1433, password: secret, login, databases: ["a]b", "it's"] });
  t.strictSame(server.secretsEnv, { MSSQL_SA_PASSWORD: secret, AGENTS_SQL_PASSWORD: login });
  const shown = JSON.stringify({ ...server, secretsEnv: null, files: null });
  t.notOk(shown.includes(secret) || shown.includes(login));
  t.notOk(
    JSON.stringify(server.files).includes(secret),
    "the set-up knows no password but that of the login",
  );
  const [setup = "", check = ""] = server.files.map(({ content }) => content);
  t.match(
    setup,
    /IF SUSER_ID\(N'agents'\) IS NULL CREATE LOGIN \[agents\] WITH PASSWORD = N'Agents-0987654321'/,
  );
  t.match(setup, /IF DB_ID\(N'a\]b'\) IS NULL CREATE DATABASE \[a\]\]b\];\nGO/);
  t.match(setup, /ALTER AUTHORIZATION ON DATABASE::\[it's\] TO \[agents\];\nGO/);
  t.match(setup, /WHERE name = N'it''s'/);
  t.notMatch(setup, /sysadmin|dbcreator|ADD MEMBER/i, "it owns its databases and may nothing else");
  t.match(check, /USE \[a\]\]b\];\nGO\nUSE \[it's\];\nGO\nSELECT 1;/);
  const cache = redis({ port: 6379, password: secret });
  t.notOk(JSON.stringify({ ...cache, files: null, health: null, secretsEnv: null }).includes(secret));
  t.notOk(JSON.stringify(redis({ port: 6379 }).files).includes("requirepass"));
  t.match(redis({ port: 6379, sync: "always" }).files[0]?.content, /appendonly yes\nappendfsync always\n/);
});

t.test("what the config says becomes a container", async (t) => {
  const choices = {
    root: "/home/me/app",
    hostPort: (port: number) => port + 1,
    password: (login?: string) => (login === undefined ? "Generated-1" : `Generated-${login}`),
  };
  t.match(
    definitionFor({ kind: "redis", name: "r", image: "redis:8", port: 6379, lifetime: "run" }, choices),
    {
      image: "redis:8",
      ports: [{ container: 6379, host: 6380 }],
      secretsEnv: { REDISCLI_AUTH: "Generated-1" },
    },
  );
  const db = {
    kind: "sqlserver",
    name: "d",
    image: "x",
    port: 1433,
    databases: [],
    lifetime: "run",
  } as const;
  t.match(definitionFor(db, choices), {
    secretsEnv: { MSSQL_SA_PASSWORD: "Generated-1", AGENTS_SQL_PASSWORD: "Generated-agents" },
  });
  const any = {
    kind: "container",
    name: "c",
    image: "postgres",
    ports: { sql: 5432 },
    env: { A: "1" },
    volumes: { data: "/data", "./conf": "/etc/conf", "/srv": "/srv", ".": "/all" },
    health: { by: "tcp" },
    lifetime: "run",
    dependsOn: {},
  } as const;
  t.match(definitionFor(any, choices), {
    env: { A: "1" },
    ports: [{ container: 5432, host: 5433 }],
    volumes: [
      { name: "data", path: "/data" },
      { bind: "/home/me/app/conf", path: "/etc/conf" },
      { bind: "/srv", path: "/srv" },
      { bind: "/home/me/app", path: "/all" },
    ],
    health: { by: "tcp", port: 5432 },
  });
  t.throws(() => definitionFor({ ...any, ports: {} }, choices), {
    code: "AGENTS_CONFIG_INVALID",
    message: "c is probed on a port, and has none.",
  });
});
