import type { Hono } from "hono";
import type { AppParts } from "./app-parts.ts";

/** What Prometheus reads. Not in the OpenAPI document: it is for whoever runs the agent, not for whoever uses it. */
export function mountMetrics(app: Hono, { observing, target }: Pick<AppParts, "observing" | "target">): void {
  app.get("/metrics", async (c) => {
    const { PROMETHEUS_TYPE, prometheusText } = await import("../telemetry/metrics/prometheus-text.ts");
    const text = prometheusText(await observing.metrics.read(), target);
    return c.body(text, 200, { "content-type": PROMETHEUS_TYPE });
  });
}
