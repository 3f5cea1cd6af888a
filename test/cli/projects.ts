/** Small projects for `t.testdir()`. */

const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "agents.shop.order.placed",
  description: "An order was placed.",
  type: "object",
  properties: {
    orderId: { type: "string", format: "uuid" },
    count: { type: "integer", minimum: 1 },
    kind: { enum: ["good", "poison"] },
    items: {
      type: "array",
      items: { type: "object", properties: { sku: { type: "string" } }, required: ["sku"] },
    },
  },
  required: ["orderId", "count"],
  additionalProperties: false,
};

/** A project whose one agent listens to `agents.shop.order.placed`, and answers 500 to the kind `poison`. */
export const shop = {
  "agents.config.json": JSON.stringify({
    name: "shop",
    resources: { redis: { kind: "redis" } },
    components: { "agents-pubsub": { kind: "pubsub", resource: "redis" } },
    agents: { stock: { command: [process.execPath, "stock.mjs"], uses: ["redis"] } },
  }),
  "stock.mjs": `
import http from "node:http";
const answers = {
  "/dapr/subscribe": () => [{ pubsubname: "agents-pubsub", topic: "agents.shop.order.placed", route: "/placed" }],
  "/placed": (event) => {
    console.log("order", event.data.data.payload.count);
    return event.data.data.payload.kind === "poison" ? null : { status: "DROP" === event.data.data.payload.kind ? "DROP" : "SUCCESS" };
  },
  "/healthz/ready": () => ({}),
};
http.createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const answer = answers[request.url]?.(body === "" ? null : JSON.parse(body));
  response.writeHead(answer ? 200 : request.url === "/placed" ? 500 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(answer ?? {}));
}).listen(process.env.PORT, "127.0.0.1", () => console.error("warn: listening"));
`,
  events: { "agents.shop.order.placed.schema.json": JSON.stringify(SCHEMA) },
};

export const ORDER = { orderId: "0b5a2c9e-6a0f-4b2e-9d1c-0123456789ab", count: 3 };
