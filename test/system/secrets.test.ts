import t from "tap";
import { fixture, fixtureProject, pick, resourceOf, until, urlOf } from "../helpers/system.ts";

const VALUE = "s3cret-of-the-test";

/** Prints its environment's MAIL_PASSWORD, and listens. */
const mailer = {
  command: [
    process.execPath,
    "-e",
    `console.log("got " + process.env.MAIL_PASSWORD);
     require("node:http").createServer((_, answer) => answer.end("{}")).listen(process.env.PORT, "127.0.0.1");`,
  ],
  secrets: ["MAIL_PASSWORD"],
};

const withStore = (agents: unknown): string =>
  JSON.stringify({
    name: "fixtures",
    resources: { crm: { kind: "external", url: "http://user:hunter22@example.org:8080/" } },
    components: { vault: { kind: "secretstore" } },
    agents,
  });

void t.test("a secret that is not set is a config error that says where to put it", async (t) => {
  const project = fixtureProject(t, { mailer, quiet: { command: fixture("listens.js") } });
  const ran = await project.agents(["up", "--json"]);
  t.equal(ran.code, 2);
  t.equal(ran.stdout, "");
  t.match(pick(JSON.parse(ran.stderr), "error"), {
    code: "AGENTS_CONFIG_INVALID",
    message: "mailer needs the secret MAIL_PASSWORD, and it is not set.",
    path: "agents.mailer.secrets[0]",
    hint: /export MAIL_PASSWORD=….*envFile/,
  });
  t.match(await project.agents(["doctor", "--json"]), {
    code: 1,
    stdout: /secrets that are not set here: MAIL_PASSWORD/,
  });
  const up = project.up(["quiet"]);
  await up.ready();
  const started = await project.agents(["start", "mailer"]);
  t.equal(started.code, 2, "an agent that was not asked for is checked when it starts");
  t.match(started.stderr, /mailer needs the secret MAIL_PASSWORD/);
  t.equal((await project.agents(["ps"])).code, 0, "what runs goes on");
});

void t.test("an envFile that is missing is named before anything is shown", async (t) => {
  const project = fixtureProject(t, { mailer: { ...mailer, envFile: "mail.env" } });
  const ran = await project.agents(["up", "--ui", "plain"]);
  t.equal(ran.code, 2);
  t.equal(ran.stdout, "");
  t.match(ran.stderr, `${project.root}/mail.env does not exist.`);
});

for (const from of ["environment", "envFile"] as const)
  void t.test(`a secret from the ${from} reaches the agent, and is shown nowhere`, async (t) => {
    const project = fixtureProject(t, {}, from === "environment" ? { MAIL_PASSWORD: VALUE } : {});
    project.write({
      "mail.env": `MAIL_PASSWORD=${VALUE}\n`,
      "agents.config.json": withStore({
        mailer: {
          ...mailer,
          ...(from === "envFile" ? { envFile: "mail.env" } : {}),
          env: {
            MAIL_URL: `smtp://ada:${VALUE}@mail`,
            ...(from === "envFile" ? {} : { OTHER: `x${VALUE}x` }),
          },
        },
      }),
    });
    for (const args of [["config"], ["config", "--json"]]) {
      const { code, stdout } = await project.agents(args);
      t.equal(code, 0);
      t.notMatch(stdout, VALUE);
      t.notMatch(stdout, "hunter22");
      t.match(stdout, "smtp://ada:***@mail");
    }
    const up = project.up();
    await up.ready();
    await until("it has printed", async () =>
      (await project.agents(["logs", "mailer"])).stdout.includes(`got ${VALUE}`),
    );
    const run = await project.json(["ps"]);
    t.equal(pick(resourceOf(run, "crm"), "url"), "http://user:***@example.org:8080/");
    t.notMatch(JSON.stringify([run, up.events]), VALUE);
    t.notMatch((await project.agents(["logs", "agents"])).stdout, VALUE);
    if (from === "envFile") return;
    const answer = await fetch(`${urlOf(run, "mailer-dapr")}/v1.0/secrets/vault/MAIL_PASSWORD`);
    t.same(await answer.json(), { MAIL_PASSWORD: VALUE });
  });

void t.test("a value of `env` that is named as secret is masked by its name, however short", async (t) => {
  const project = fixtureProject(t, { mailer: { ...mailer, env: { MAIL_PASSWORD: "x1" } } });
  t.equal(pick(await project.json(["config"]), "agents", "mailer", "env", "MAIL_PASSWORD"), "***");
});

void t.test("a secret whose value is a common word hides no name, path or program", async (t) => {
  const project = fixtureProject(t, {}, { MODE: "node" });
  project.write({
    "agents.config.json": JSON.stringify({
      name: "node",
      resources: { host: { kind: "external", url: "http://node:80/?mode=node&other=nodes" } },
      components: { vault: { kind: "secretstore", metadata: { node: "node", text: "a nodes b" } } },
      agents: {
        node: {
          command: ["node", "node", "--mode=node", "http://x/node?a=node", "nodes", "src/node/main.js"],
          cwd: ".",
          uses: ["host"],
          secrets: ["MODE"],
          env: { PLACE: "node", TITLE: "two nodes" },
        },
      },
    }),
  });
  const config = await project.json(["config"]);
  t.match(config, {
    name: "node",
    resources: { host: { kind: "external", name: "host", url: "http://***:80/?mode=***&other=nodes" } },
    components: { vault: { kind: "secretstore", metadata: { node: "***", text: "a nodes b" } } },
    agents: {
      node: {
        name: "node",
        uses: ["host"],
        secrets: ["MODE"],
        env: { PLACE: "***", TITLE: "two nodes" },
        run: {
          by: "command",
          command: ["node", "***", "--mode=***", "http://x/***?a=***", "nodes", "src/node/main.js"],
        },
      },
    },
  });
});

void t.test("start, restart and up in a run that is up name all secrets that are missing", async (t) => {
  const project = fixtureProject(t, {
    mailer,
    printer: { ...mailer, secrets: ["PRINTER_KEY"] },
    quiet: { command: fixture("listens.js") },
  });
  const up = project.up(["quiet"]);
  await up.ready();
  for (const command of ["start", "restart", "up"]) {
    const ran = await project.agents([command, "mailer", "printer"]);
    t.equal(ran.code, 2, command);
    t.match(ran.stderr, /2 secrets are not set\.[^]*mailer needs MAIL_PASSWORD[^]*printer needs PRINTER_KEY/);
  }
  t.equal((await project.agents(["ps"])).code, 0, "what runs goes on");
});

void t.test(
  "saving an envFile restarts its agent with what it holds now; one without a secret leaves it running",
  { timeout: 60_000 },
  async (t) => {
    const project = fixtureProject(t, {
      mailer: { ...mailer, envFile: "mail.env" },
      quiet: { command: fixture("listens.js"), envFile: "quiet.env" },
    });
    const save = (value: string): void => project.write({ "mail.env": value });
    save("MAIL_PASSWORD=one\n");
    project.write({ "quiet.env": "A=1\n" });
    const up = project.up();
    await up.ready();
    const got = async (): Promise<string> => (await project.agents(["logs", "mailer"])).stdout;
    const pidOf = async (name: string): Promise<unknown> =>
      pick(resourceOf(await project.json(["ps"]), name), "pid");
    const [quiet, first] = [await pidOf("quiet"), await pidOf("mailer")];
    await until("it has printed", async () => (await got()).includes("got one"));
    await until("it is watched", async () => {
      save("OTHER=1\n");
      return up.events.some(
        (event) => event["type"] === "notice" && /MAIL_PASSWORD/.test(String(event["text"])),
      );
    });
    t.equal(await pidOf("mailer"), first);
    save("MAIL_PASSWORD=two\n");
    await until("it was restarted", async () => (await got()).includes("got two"));
    t.equal(await pidOf("quiet"), quiet);
  },
);
