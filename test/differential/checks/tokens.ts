import { component } from "../yaml.ts";
import type { Check, Delivery, Question, World } from "../check.ts";

/** What the environment of the sidecar says, and what the caller sends in `dapr-api-token`. */
const CASES: readonly { readonly app?: string; readonly api?: string; readonly sent?: string }[] = [
  {},
  { sent: "of the caller" },
  { app: "for the app" },
  { app: "for the app", sent: "of the caller" },
  { app: "" },
  { app: " padded " },
  { api: "secret", sent: "secret" },
  { api: "secret", sent: "secret", app: "for the app" },
  { api: "", sent: "of the caller" },
];

export const TOKEN_WORLDS: readonly World[] = CASES.map(({ app, api }, index) => ({
  name: `tokens ${index + 1}`,
  resources: { "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory") },
  env: {
    ...(app === undefined ? {} : { APP_API_TOKEN: app }),
    ...(api === undefined ? {} : { DAPR_API_TOKEN: api }),
  },
}));

const tokenOf = (got: readonly { readonly headers: Record<string, unknown> }[]): unknown =>
  got.map((one) => one.headers["dapr-api-token"] ?? null);

export const TOKEN_CHECKS: readonly Check[] = CASES.flatMap(({ app, api, sent }, index): readonly Check[] => {
  const name = `APP_API_TOKEN=${app ?? "-"} DAPR_API_TOKEN=${api ?? "-"} sent=${sent ?? "-"}`;
  const headers: Record<string, string> = sent === undefined ? {} : { "dapr-api-token": sent };
  const world = `tokens ${index + 1}`;
  const publish: Delivery["publish"] = async (side, id) =>
    (
      await side.call(`/v1.0/publish/agents-pubsub/${id}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: "{}",
      })
    ).status;
  const delivery = (kind: string, more: Record<string, unknown>): Delivery => ({
    at: "delivery",
    name: `${kind}: ${name}`,
    world,
    subscribe: [{ pubsubname: "agents-pubsub", topic: "{id}", route: "/{id}/t", ...more }],
    publish,
    view: tokenOf,
  });
  const question: Question = {
    at: "question",
    name: `calls: ${name}`,
    world,
    ask: async (side) => {
      const invoked = await side.call("/v1.0/invoke/app/method/echo", { headers });
      const without = await side.call("/v1.0/metadata");
      const health = await side.call("/v1.0/healthz");
      const asked = side.app.got.find(({ path }) => path === "/dapr/subscribe");
      return {
        invoked:
          (JSON.parse(invoked.text) as { headers: Record<string, unknown> }).headers["dapr-api-token"] ??
          null,
        without: without.status,
        health: health.status,
        asked: asked?.headers["dapr-api-token"] ?? null,
      };
    },
  };
  return [
    question,
    delivery("delivery", {}),
    delivery("bulk", { bulkSubscribe: { enabled: true, maxAwaitDurationMs: 50 } }),
  ];
});
