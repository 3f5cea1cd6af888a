// A bare Hono route that answers JSON with JSON.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
const app = new Hono().post("/api/greeter/echo", async (context) => context.json(await context.req.json()));
app.get("/healthz/ready", (context) => context.text("ok"));
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
process.on("SIGTERM", () => process.exit());
