import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { z } from "zod";
import config from "../../agents.config.ts";
import { freePort } from "../helpers/free-port.ts";
import { runAgentProcess } from "../helpers/running-agent.ts";

const configured = z.record(
  z.string(),
  z.looseObject({ entry: z.string(), subscribes: z.array(z.string()).default([]) }),
);
const agents = configured.parse(config.agents);

await test("the config says what each agent subscribes to, no more and no less", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "agents-graph-"));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const subscribed = z.array(z.looseObject({ topic: z.string() }));
  for (const [name, { entry, subscribes }] of Object.entries(agents)) {
    const env = {
      AGENTS_LLM_MODE: "sample",
      SQLSERVER_URL: `sqlite:${join(dir, "agents.db")}`,
      NOTIFICATION_DIR: dir,
    };
    const agent = await runAgentProcess(entry, await freePort(), env);
    const answer = await fetch(`${agent.url}/dapr/subscribe`);
    const topics = subscribed.parse(await answer.json()).map(({ topic }) => topic);
    await agent.kill();
    t.strictSame(topics.toSorted(), [...subscribes].toSorted(), name);
  }
});
