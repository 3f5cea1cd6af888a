import { DatabaseSync } from "node:sqlite";
import t from "tap";
import { eventsFile } from "../../../src/runtime/journal/schema.ts";
import { openHost, publish, spec, startApp, statuses, subscription } from "./kit.ts";

t.test(
  "what is older than the retention goes, what is younger stays, and no number is given out twice",
  async (t) => {
    const stateDir = t.testdir();
    const app = await startApp(t, { subscribe: [subscription("x")] });
    const one = await openHost(t, stateDir);
    const { httpPort } = await one.host.start(spec("a", app.port, { subscribes: ["x"] }));
    one.host.appReady("a");
    for (let n = 0; n < 30; n += 1) await publish(httpPort, "x", { n });
    await one.until(() => statuses(one.journal.events({})).every((status) => status === "a:success:1"));
    const positions = one.journal.events({}).map((event) => event.position);
    await one.close();
    const db = new DatabaseSync(eventsFile(stateDir));
    db.prepare("UPDATE events SET time = time - 1000000 WHERE seq <= ?").run(positions[19] ?? 0);
    db.close();

    const two = await openHost(t, stateDir, {
      retention: { maxAgeMs: 500_000, maxEvents: 1000, everyMs: 10 },
    });
    await two.until(() => two.journal.events({}).length === 10);
    t.same(
      two.journal.events({}).map((event) => event.position),
      positions.slice(20),
    );
    const again = await two.host.start(spec("a", app.port, { subscribes: ["x"] }));
    await publish(again.httpPort, "x", { n: 31 });
    t.ok((two.journal.events({}).at(-1)?.position ?? 0) > (positions.at(-1) ?? 0));
  },
);
