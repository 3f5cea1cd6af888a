import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import t from "tap";
import type { Test } from "tap";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { openDatabase } from "../../../src/agents/kit/sql/open-database.ts";
import { tediousConfig, tryConnect } from "../../../src/agents/kit/sql/sqlserver/connect.ts";
import type { Session } from "../../../src/agents/kit/sql/sqlserver/connect.ts";
import { connectFailure } from "../../../src/agents/kit/sql/sqlserver/failure.ts";
import { plainRow } from "../../../src/agents/kit/sql/sqlserver/plain-rows.ts";
import { prepareDatabase } from "../../../src/agents/kit/sql/sqlserver/prepare-database.ts";
import { readSqlServerUrl, shownUrl } from "../../../src/agents/kit/sql/sqlserver/url.ts";
import { isUniqueViolation } from "../../../src/agents/kit/sql/unique-violation.ts";
import { freePort } from "../../helpers/free-port.ts";
import { send, startAgent } from "./helpers/agent-process.ts";

const read = (url: string) => readSqlServerUrl("helpdesk", url);

void t.test("a URL says where the database is and who asks", (t) => {
  t.same(read("mssql://sa:p%40ss%2Fword@127.0.0.1:14330/agentsdb"), {
    host: "127.0.0.1",
    port: 14330,
    database: "agentsdb",
    login: { by: "password", user: "sa", password: "p@ss/word" },
    encrypt: true,
    trustServerCertificate: true,
  });
  t.match(read("mssql://u:p@db.example.org/a%20b"), {
    port: 1433,
    database: "a b",
    trustServerCertificate: false,
  });
  t.match(read("mssql://u:p@[::1]:1433/x"), { host: "::1", trustServerCertificate: true });
  t.match(read("mssql://x.database.windows.net/agentsdb?encrypt=strict"), {
    login: { by: "azure" },
    encrypt: "strict",
  });
  t.match(read("mssql://u:p@h/x?encrypt=false&trustServerCertificate=true"), {
    encrypt: false,
    trustServerCertificate: true,
  });
  const wrong: [url: string, says: RegExp][] = [
    ["mssql://u:secret@host", /names no database/],
    ["mssql://u:secret@host/", /names no database/],
    ["mssql://u:secret@host/a/b", /names no database/],
    ["mssql://u:sec%ret@host/db", /two hexadecimal digits/],
    ["mssql://:secret@host/db", /password and no user/],
    ["mssql://u:secret@host:99999/db", /cannot be read/],
    ["mssql:///db", /names no host/],
    ["mssql://u:secret@host/db?ssl=true", /the option ssl; there are encrypt/],
    ["mssql://u:secret@host/db?encrypt=yes", /encrypt=yes; there are true, false, strict/],
  ];
  for (const [url, says] of wrong) {
    t.throws(
      () => read(url),
      { name: "StartError", message: says, hint: /mssql:\/\/user:password@host:1433/ },
      url,
    );
    t.throws(() => read(url), { message: /^(?!.*sec)/ }, "the password is not said");
  }
  t.equal(shownUrl("mssql://sa:secret@h:1433/db"), "mssql://sa:***@h:1433/db");
  t.equal(shownUrl("sqlite:/a/b.db"), "sqlite:/a/b.db");
  t.end();
});

void t.test("a URL of another kind is refused with the two that there are", async (t) => {
  const log = createLogger(() => undefined);
  await t.rejects(openDatabase({ agent: "helpdesk", url: "postgres://x/y", migrations: {}, log }), {
    name: "StartError",
    message: "helpdesk cannot open its database: its URL has postgres:, expected sqlite: or mssql:",
    hint: /mssql:\/\/user/,
  });
});

void t.test("rows have the values that SQLite gives for the same data", (t) => {
  const columns = [
    { metadata: { type: { name: "BigInt" } }, value: "12" as unknown },
    { metadata: { type: { name: "IntN" }, dataLength: 8 }, value: "9007199254740993" as unknown },
    { metadata: { type: { name: "IntN" }, dataLength: 4 }, value: 7 as unknown },
    { metadata: { type: { name: "BitN" } }, value: true as unknown },
    { metadata: { type: { name: "DateTime2" } }, value: new Date(0) as unknown },
    { metadata: { type: { name: "NVarChar" } }, value: "12" as unknown },
    { metadata: { type: { name: "IntN" }, dataLength: 8 }, value: null as unknown },
  ];
  plainRow(columns);
  t.same(
    columns.map(({ value }) => value),
    [12, "9007199254740993", 7, 1, "1970-01-01T00:00:00.000Z", "12", null],
  );
  t.equal(isUniqueViolation(Object.assign(new Error("x"), { number: 2627 })), true);
  t.equal(isUniqueViolation(Object.assign(new Error("x"), { number: 547 })), false);
  t.end();
});

/** A server that says nothing: it takes connections and does with them what the test wants. */
async function listen(
  t: Test,
  onSocket: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const server = createServer(onSocket).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => void server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

const failure = (code: string, message: string) =>
  connectFailure(Object.assign(new Error(message), { code }));
const settingsFor = (port: number) => read(`mssql://sa:secret@127.0.0.1:${port}/agentsdb`);

void t.test("what keeps a connection from being made is told apart", async (t) => {
  const { signal } = new AbortController();
  const attempt = async (port: number) =>
    await tryConnect(tediousConfig("helpdesk", settingsFor(port), "agentsdb"), signal);
  t.match(await attempt(await freePort()), { at: "unreachable", reason: /ECONNREFUSED/ });
  const { port } = await listen(t, (socket) => socket.destroy());
  t.match(await attempt(port), { at: "unreachable", reason: /socket hang up|ECONNRESET/ });
  t.match(failure("ELOGIN", "Login failed for user 'sa'."), {
    at: "refused",
    reason: "Login failed for user 'sa'",
  });
  t.match(failure("ELOGIN", "Server is in script upgrade mode."), { at: "unreachable" });
  t.match(
    connectFailure(
      new Error("x", { cause: Object.assign(new Error("y"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }) }),
    ),
    { at: "certificate" },
  );
});

interface Prepared {
  readonly lines: readonly string[];
  readonly asked: readonly string[];
  readonly result: Promise<void>;
}

type Attempt = Awaited<ReturnType<typeof tryConnect>>;

/** A start against a server whose answers are given: for each database, in the order of the attempts. */
function prepare(
  answers: Readonly<Record<string, readonly Attempt[]>>,
  patienceMs = 60_000,
): Prepared & { readonly asked: string[] } {
  const lines: string[] = [];
  const asked: string[] = [];
  const taken = new Map<string, number>();
  const connect: typeof tryConnect = (config) => {
    const database = config.options?.database ?? "";
    const nth = taken.get(database) ?? 0;
    taken.set(database, nth + 1);
    asked.push(database);
    const answer = answers[database]?.[nth] ?? answers[database]?.at(-1);
    if (answer === undefined) throw new Error(`nobody expected ${database}`);
    return Promise.resolve(answer);
  };
  const result = prepareDatabase({
    agent: "helpdesk",
    settings: settingsFor(1433),
    log: createLogger((line) => lines.push(line)),
    signal: new AbortController().signal,
    patienceMs,
    connect,
  });
  return { lines, asked, result };
}

function session(answer: (text: string) => string | null): Attempt & { readonly said: string[] } {
  const said: string[] = [];
  const open: Session = {
    ask: (text) => {
      said.push(text);
      return Promise.try(() => answer(text));
    },
    [Symbol.dispose]: () => void said.push("closed"),
  };
  return { at: "connected", session: open, said };
}

const serverError = (number: number, message: string) => Object.assign(new Error(message), { number });

void t.test("a server that comes up is waited for, and what is waited for is said once", async (t) => {
  const up = session(() => null);
  const down = { at: "unreachable", reason: "ECONNREFUSED" } as const;
  const { lines, result } = prepare({
    agentsdb: [down, down, { at: "unreachable", reason: "starting" }, up],
  });
  await result;
  t.match(lines, [
    "info: waits for SQL Server server=127.0.0.1:1433 reason=ECONNREFUSED\n",
    "info: waits for SQL Server server=127.0.0.1:1433 reason=starting\n",
    /^info: SQL Server answers server=127.0.0.1:1433 afterMs=\d+/,
  ]);
  t.same(up.said, ["closed"]);
});

void t.test(
  "a database that is not there is created once, and read without waiting for who writes",
  async (t) => {
    const master = session(() => null);
    const refused = { at: "refused", reason: "Cannot open database" } as const;
    const { lines, asked, result } = prepare({ agentsdb: [refused, session(() => null)], master: [master] });
    await result;
    t.same(asked, ["agentsdb", "master", "agentsdb"]);
    t.same(master.said, [
      "select [state_desc] from [sys].[databases] where [name] = @1",
      "create database [agentsdb]",
      "alter database [agentsdb] set read_committed_snapshot on with rollback immediate",
      "closed",
    ]);
    t.match(lines, ["info: created the database database=agentsdb\n"]);

    const other = session((text) => {
      if (text.startsWith("create")) throw serverError(1801, "Database 'agentsdb' already exists.");
      return null;
    });
    await prepare({ agentsdb: [refused, session(() => null)], master: [other] }).result;
    t.pass("another agent was faster");
  },
);

void t.test("what waiting does not mend ends the start, with what to do", async (t) => {
  const refused = { at: "refused", reason: "Login failed for user 'sa'" } as const;
  await t.rejects(prepare({ agentsdb: [refused], master: [refused] }).result, {
    name: "StartError",
    message: "helpdesk cannot log in to SQL Server at 127.0.0.1:1433: Login failed for user 'sa'",
    hint: /user and password/,
  });
  await t.rejects(prepare({ agentsdb: [refused], master: [session(() => "ONLINE")] }).result, {
    message: /may not use the database agentsdb/,
    hint: /db_owner/,
  });
  const denied = session((text) => {
    if (text.startsWith("create"))
      throw serverError(262, "CREATE DATABASE permission denied in database 'master'.");
    return null;
  });
  await t.rejects(prepare({ agentsdb: [refused], master: [denied] }).result, {
    message: /cannot create the database agentsdb: CREATE DATABASE permission denied/,
    hint: /by hand/,
  });
  await t.rejects(prepare({ agentsdb: [{ at: "certificate", reason: "self-signed certificate" }] }).result, {
    message: /does not trust the certificate/,
    hint: /trustServerCertificate=true/,
  });
  await t.rejects(prepare({ agentsdb: [{ at: "unreachable", reason: "ECONNREFUSED" }] }, 0).result, {
    message: "helpdesk cannot reach SQL Server at 127.0.0.1:1433: ECONNREFUSED",
    hint: /Tried for 0 s/,
  });
});

void t.test(
  "an agent waits for its server, says so, tells no password, and stops at once when asked",
  async (t) => {
    const port = await freePort();
    const url = `mssql://sa:hush-hush@127.0.0.1:${port}/agentsdb`;
    const agent = await startAgent(t, "greeter", { SQLSERVER_URL: url });
    await agent.printed(
      `waits for SQL Server server=127.0.0.1:${port} reason="connect ECONNREFUSED 127.0.0.1:${port}"`,
    );
    t.match(await send(`${agent.url}/healthz/ready`), { status: 503, body: { status: /starting/ } });
    const health = await send(`${agent.url}/api/greeter/health`);
    t.match(health.body, { database: `mssql://sa:***@127.0.0.1:${port}/agentsdb` });

    // Now somebody listens there who is no SQL Server.
    const sockets = new Set<Socket>();
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
      socket.destroy();
    }).listen(port, "127.0.0.1");
    t.teardown(() => void server.close());
    await agent.printed(`reason="socket hang up"`);
    t.ok(connections >= 1, `${connections} connections`);
    agent.child.kill("SIGTERM");
    t.equal(await agent.exited, 0);
    t.notMatch(agent.output(), /hush-hush/);
    t.equal(sockets.size, 0);
  },
);
