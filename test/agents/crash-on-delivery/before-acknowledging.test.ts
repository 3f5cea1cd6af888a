import { deliveredThrough, killEach } from "./kill-each.ts";

await killEach("before it acknowledges", async (t, system, name) => {
  const { agent, held } = await deliveredThrough(t, system, name);
  return { agent, reached: () => held.first, release: () => held.drop() };
});
