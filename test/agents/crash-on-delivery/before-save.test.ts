import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Test } from "tap";
import { HeldTraffic } from "../../helpers/held-traffic.ts";
import type { TestSystem } from "../../helpers/test-system.ts";
import { deliveredThrough, killEach } from "./kill-each.ts";
import type { Doomed } from "./kill-each.ts";

await killEach("before its transaction", async (t, system, name) =>
  name === "implementation" ? await behindItsState(t, system, name) : await behindALock(t, system, name),
);

/** Somebody else is writing to the database. */
async function behindALock(t: Test, system: TestSystem, name: string): Promise<Doomed> {
  const { agent, held } = await deliveredThrough(t, system, name);
  const database = new DatabaseSync(join(system.dir, "agentsdb.db"));
  t.teardown(() => database.close());
  database.exec("pragma busy_timeout = 10000; begin immediate");
  const release = (): void => {
    database.exec("rollback");
    held.drop();
  };
  return { agent, reached: () => held.passed, release };
}

/** The sidecar does not get what is to be stored. */
async function behindItsState(t: Test, system: TestSystem, name: string): Promise<Doomed> {
  const held = new HeldTraffic(t, { what: "requests", to: /\/state\/.*\/transaction/ });
  const agent = await system.agent(name, {}, { through: (port) => held.before(port) });
  return { agent, reached: () => held.first, release: () => held.drop() };
}
