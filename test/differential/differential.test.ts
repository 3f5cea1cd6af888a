import t from "tap";
import { SKIP } from "../runtime/daprd/kit.ts";
import { API_QUESTIONS, CLOSED_QUESTIONS } from "./checks/api.ts";
import { APP_QUESTIONS, HEALTH, LATER, SINGLE } from "./checks/app.ts";
import { bulkChecks } from "./checks/bulk.ts";
import { deliveryChecks } from "./checks/delivery.ts";
import { BY_DEFAULT, GUARDED, GUARDED_QUESTIONS } from "./checks/guarded.ts";
import { INVOKE_QUESTIONS } from "./checks/invoke.ts";
import { MEMORY, MEMORY_QUESTIONS } from "./checks/memory.ts";
import {
  DECLARED_QUESTIONS,
  DEFAULT_DELIVERIES,
  POLICY_DELIVERIES,
  SCOPE_DELIVERIES,
  SCOPE_QUESTIONS,
} from "./checks/policies.ts";
import { NAMED, NAMED_QUESTIONS, OUTBOUND, OUTBOUND_QUESTIONS } from "./checks/outbound.ts";
import { PROCESS_CHECKS } from "./checks/process.ts";
import { publishChecks } from "./checks/publish.ts";
import { stateChecks } from "./checks/state.ts";
import { TOKEN_CHECKS, TOKEN_WORLDS } from "./checks/tokens.ts";
import {
  ACCESS,
  ACCESS_QUESTIONS,
  BINDINGS,
  BINDING_QUESTIONS,
  SMALL,
  SMALL_QUESTIONS,
} from "./checks/edges.ts";
import { LISTENING_CHECKS } from "./checks/listening.ts";
import { compareNeighbours } from "./neighbours.ts";
import { compareReplicas } from "./replicas.ts";
import { BARE, CLOSED, DECLARED, DEFAULTS, LISTED, PLAIN, REDIS } from "./checks/worlds.ts";
import type { Check } from "./check.ts";
import type { Compared } from "./compare.ts";
import { compareProcess } from "./processes.ts";
import { suiteRedis } from "./suite-redis.ts";
import { report } from "./report.ts";
import { compareWorld } from "./worlds.ts";

/*
 * One list of checks, each done with a real daprd and with the embedded sidecar as `agents sidecar`: what they answer and
 * what they give their apps must be the same, but where the list says why it is not.
 */

const WORLDS = [
  PLAIN,
  REDIS,
  DECLARED,
  DEFAULTS,
  CLOSED,
  LISTED,
  BARE,
  HEALTH,
  SINGLE,
  LATER,
  MEMORY,
  SMALL,
  GUARDED,
  BY_DEFAULT,
  ACCESS,
  BINDINGS,
  OUTBOUND,
  NAMED,
  ...TOKEN_WORLDS,
];

const CHECKS: readonly Check[] = [
  ...API_QUESTIONS,
  ...INVOKE_QUESTIONS,
  ...stateChecks("plain", "agents-statestore"),
  ...stateChecks("plain", "memory"),
  ...publishChecks("plain"),
  ...deliveryChecks("plain"),
  ...bulkChecks("plain"),
  ...CLOSED_QUESTIONS,
  ...DECLARED_QUESTIONS,
  ...SCOPE_QUESTIONS,
  ...POLICY_DELIVERIES,
  ...SCOPE_DELIVERIES,
  ...DEFAULT_DELIVERIES,
  ...stateChecks("redis", "redis-state", {
    "save and get a precise number": "daprd cuts decimals off in Redis, after six of them",
  }),
  ...publishChecks("redis"),
  ...deliveryChecks("redis"),
  ...bulkChecks("redis"),
  ...TOKEN_CHECKS,
  ...APP_QUESTIONS,
  ...MEMORY_QUESTIONS,
  ...GUARDED_QUESTIONS,
  ...SMALL_QUESTIONS,
  ...ACCESS_QUESTIONS,
  ...BINDING_QUESTIONS,
  ...OUTBOUND_QUESTIONS,
  ...NAMED_QUESTIONS,
];

t.setTimeout(300_000);

t.test("the embedded sidecar does what a real daprd does", { skip: SKIP, timeout: 280_000 }, async (t) => {
  const results: Compared[] = [];
  const redis = suiteRedis(t);
  const only = process.env["DIFFERENTIAL_WORLD"];
  for (const world of WORLDS.filter(({ name }) => only === undefined || name === only))
    await t.test(world.name, { timeout: 120_000 }, async (each) => {
      results.push(...(await compareWorld(each, world, CHECKS, redis)));
    });
  for (const [name, checks] of [
    ["process", PROCESS_CHECKS],
    ["listening", LISTENING_CHECKS],
  ] as const)
    if (only === undefined || only === name)
      await t.test(name, async (each) => {
        for (const check of checks)
          await each.test(check.name, { timeout: 30_000 }, async (one) => {
            results.push(await compareProcess(one, check));
          });
      });
  if (only === undefined || only === "replicas")
    await t.test("replicas", { timeout: 120_000 }, async (each) => {
      results.push(await compareReplicas(each, await redis()));
    });
  if (only === undefined || only === "neighbours")
    await t.test("neighbours", { timeout: 120_000 }, async (each) => {
      results.push(...(await compareNeighbours(each)));
    });
  const { line, different } = report(results);
  t.comment(line);
  for (const text of different) t.fail(text);
  t.equal(different.length, 0, line);
});
