import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";

/** The requirements of a list in pages of two, while something new is made after each of them. */
async function pagesOf(
  agent: Awaited<ReturnType<TestSystem["agent"]>>,
  list: string,
  meanwhile: () => Promise<void>,
): Promise<{ readonly ids: readonly string[]; readonly sizes: readonly number[] }> {
  const pages: (readonly string[])[] = [];
  for (let after = ""; ;) {
    const { body } = await agent.get(`/api/testplanning${list}?limit=2${after}`);
    const { items, next } = body as { items: { requirementId: string }[]; next: string | null };
    pages.push(items.map(({ requirementId }) => requirementId));
    if (next === null) return { ids: pages.flat(), sizes: pages.map(({ length }) => length) };
    after = `&after=${next}`;
    await meanwhile();
  }
}

await test("every list is read in pages, the newest first", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("testplanning");
  let made = 0;
  const make = async () => {
    made += 1;
    await agent.post("/api/testplanning/execute", {
      requirement: `The value must be at most ${made}.`,
      requirementId: `R${made}`,
    });
  };
  for (let n = 1; n <= 5; n += 1) await make();
  for (const list of ["/specs", "/traceability", "/gaps"]) {
    const expected = Array.from({ length: made }, (_, at) => `R${made - at}`);
    const { ids, sizes } = await pagesOf(agent, list, make);
    t.same(ids, expected, `${list}: what is made meanwhile shows nothing twice and hides nothing`);
    t.ok(
      sizes.every((size) => size <= 2),
      list,
    );
  }
  for (const [list, name] of [
    ["/specs", "ListSpecs"],
    ["/traceability", "GetTraceabilityMatrix"],
    ["/gaps", "ListGaps"],
  ])
    for (const wrong of [
      "after=2026-01-01T00:00:00.000Z_x",
      `after=${name}.${btoa('["yesterday","x"]')}`,
      `after=ListStrategies.${btoa('["2026-01-01T00:00:00.000Z","x"]')}`,
      "limit=0",
    ])
      t.match(await agent.get(`/api/testplanning${list}?${wrong}`), {
        status: 422,
        body: { errors: [{ path: wrong.split("=")[0] }] },
      });
});
