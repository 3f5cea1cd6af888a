// A bare Hono service on PORT: what an agent's start is compared with.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
const app = new Hono().get("/healthz/ready", (context) => context.text("ok"));
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
process.on("SIGTERM", () => process.exit());
