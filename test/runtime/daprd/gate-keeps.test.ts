import t from "tap";
import type { DeliveryRecord } from "../../../src/runtime/resources/sidecar/daprd/gate/delivery-record.ts";
import { startApp, subscription } from "../sidecar/kit.ts";
import { openGate, turn, untilOpen } from "./gate-kit.ts";

t.test("what became of a delivery is kept before daprd hears of it", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("things")] });
  const kept = Promise.withResolvers<void>();
  const records: DeliveryRecord[] = [];
  const { port, deliver, subscribe } = await openGate(t, app.port, {
    onRecord: async (record) => {
      records.push(record);
      await kept.promise;
    },
  });
  await untilOpen(port);
  await subscribe();
  let answered = false;
  const answer = deliver("one").finally(() => (answered = true));
  while (records.length === 0) await turn();
  t.match(records, [{ change: { status: "success" } }]);
  for (let turns = 0; turns < 10; turns += 1) await turn();
  t.equal(answered, false, "daprd would acknowledge it, and it would never come again");
  kept.resolve();
  t.match(await answer, { status: 200 });
});
