import type { Hono } from "hono";
import type { AppParts } from "./app-parts.ts";

const LONGEST_NOTE = 500;

/** Probes, and the health document that people and the runtime read. */
export function mountHealth(app: Hono, { name, health }: AppParts): void {
  app.get("/healthz/live", (c) => c.json({ status: "live" }));

  // The second path is where a sidecar looks that was told to check its app.
  for (const path of ["/healthz/ready", "/healthz"]) {
    app.get(path, async (c) => {
      const status = health.readiness();
      if (status !== "ready") return c.json({ status }, 503);
      health.wasSeenReady();
      const note = await health.note();
      // For the runtime, which shows it: a header, as it reads no further. Half a character cannot be encoded.
      if (note !== null)
        c.header("agents-note", encodeURIComponent(note.slice(0, LONGEST_NOTE).toWellFormed()));
      return c.json(note === null ? { status } : { status, note });
    });
  }

  app.get(`/api/${name}/health`, async (c) => {
    const flow = c.req.query("correlationId");
    // Before the outbox: what was done meanwhile has put its events there.
    const later = flow === undefined ? undefined : await health.later(flow);
    const [outbox, prompts, own] = await Promise.all([health.outbox(), health.prompts(), health.own()]);
    const model = health.model();
    const broken = prompts.some((prompt) => prompt.at === "broken");
    const readiness = health.readiness();
    return c.json({
      ...own,
      status: readiness === "ready" && broken ? "degraded" : readiness,
      agent: name,
      llm: {
        mode: model.mode,
        generatedBy: model.generatedBy,
        model: model.model,
        reason: model.reason,
        ...(model.usage === undefined ? {} : { usage: model.usage }),
      },
      sidecar: health.sidecar(),
      database: health.database(),
      outbox,
      ...(later === undefined ? {} : { later }),
      promptSource: health.promptSource(),
      prompts: prompts.map((prompt) =>
        prompt.at === "ready"
          ? { name: prompt.name, ref: prompt.ref }
          : { name: prompt.name, ref: prompt.ref, problem: prompt.problem },
      ),
    });
  });
}
