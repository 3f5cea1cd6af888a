import { HeldTraffic } from "../../helpers/held-traffic.ts";
import { killEach } from "./kill-each.ts";

await killEach("between save and publish", async (t, system, name) => {
  const held = new HeldTraffic(t, { what: "requests", to: /\/publish\// });
  const agent = await system.agent(name, {}, { through: (port) => held.before(port) });
  return { agent, reached: () => held.first, release: () => held.drop() };
});
