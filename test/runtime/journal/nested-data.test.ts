import t from "tap";
import { openHost } from "../sidecar/kit.ts";

/** Lists within lists; the brackets of the text in the innermost open and close nothing. */
function nested(levels: number): string {
  return `{"a":${"[".repeat(levels)}"]]]\\"]"${"]".repeat(levels)}}`;
}

t.test(
  "data that is nested without end is shown as its text, so that the list can still be printed",
  async (t) => {
    const { host, journal } = await openHost(t, t.testdir());
    for (const body of [nested(400), nested(100_000)]) {
      const event = {
        pubsub: "agents-pubsub",
        topic: "deep",
        body,
        contentType: "application/json",
        raw: false,
      };
      await host.publish(event);
    }
    const [usual, deep] = journal.events({}).map(({ event }) => event.data);
    t.equal(JSON.stringify(usual), nested(400), "what people write is far from it");
    t.ok(typeof deep === "string" && deep.includes("[[[["));
    t.ok(JSON.stringify(journal.events({})));
  },
);
