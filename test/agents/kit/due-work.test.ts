import { setImmediate, setTimeout } from "node:timers/promises";
import t from "tap";
import { DueWork } from "../../../src/agents/kit/handling/due-work.ts";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";

const now = Date.parse("2026-03-02T09:00:00Z");

/** A timer of the same length fires after those that were set before it. */
const timersFired = () => setTimeout(1);

void t.test(
  "what comes due while the answer of the last look is on its way is looked for at once",
  async (t) => {
    const answer = Promise.withResolvers<number | null>();
    let looks = 0;
    const due = new DueWork({
      what: "letters",
      clock: () => new Date(now),
      log: createLogger(() => undefined),
      takeUp: () => {
        looks += 1;
        return looks === 1 ? answer.promise : Promise.resolve(null);
      },
    });
    t.teardown(() => due.stop());
    due.start();
    await timersFired();
    t.equal(looks, 1);
    due.expect(now);
    await timersFired();
    t.equal(looks, 1, "never two at a time");
    answer.resolve(null);
    await setImmediate(); // the pass has ended
    await timersFired();
    t.equal(looks, 2);
    await setImmediate();
    await timersFired();
    t.equal(looks, 2, "and no more than that");
  },
);
