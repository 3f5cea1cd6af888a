// A collector for the terminal: takes OTLP over HTTP as JSON, and prints each trace as a tree once it is quiet.
//   node examples/traces/show.ts
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/json npx agents up
import { createServer } from "node:http";
import { z } from "zod";

/** OTLP's JSON, as far as it is shown. */
const sent = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({
        attributes: z.array(
          z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) }),
        ),
      }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              startTimeUnixNano: z.coerce.bigint(),
              endTimeUnixNano: z.coerce.bigint(),
              status: z.object({ code: z.number().optional() }).optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

type Sent = z.infer<typeof sent>;
type Span = Sent["resourceSpans"][number]["scopeSpans"][number]["spans"][number] & {
  readonly service: string;
};

/** So long nothing must have come of a trace. */
const QUIET_MS = 2500;
const FAILED = 2;

const traces = new Map<string, Span[]>();
const timers = new Map<string, NodeJS.Timeout>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const isJson = request.headers["content-type"]?.startsWith("application/json") === true;
    // Metrics and logs are none of its business, and welcome.
    if (isJson && request.url === "/v1/traces") take(Buffer.concat(chunks).toString());
    response.writeHead(isJson ? 200 : 415, { "content-type": "application/json" }).end("{}");
    if (!isJson) process.stderr.write("only JSON is read: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json\n");
  });
});
server.listen(Number(process.env["PORT"] ?? 4318), "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : address;
  process.stdout.write(`collects on http://127.0.0.1:${port}\n`);
});

function take(text: string): void {
  for (const { resource, scopeSpans } of sent.parse(JSON.parse(text)).resourceSpans) {
    const name = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "?";
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      const { traceId } = span;
      traces.set(traceId, [...(traces.get(traceId) ?? []), { ...span, service: name }]);
      clearTimeout(timers.get(traceId));
      timers.set(
        traceId,
        setTimeout(() => show(traceId), QUIET_MS),
      );
    }
  }
}

function show(traceId: string): void {
  const spans = (traces.get(traceId) ?? []).toSorted((a, b) =>
    Number(a.startTimeUnixNano - b.startTimeUnixNano),
  );
  traces.delete(traceId);
  timers.delete(traceId);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const began = spans[0]?.startTimeUnixNano ?? 0n;
  const lines: string[] = [];
  const add = (span: Span, depth: number): void => {
    const took = Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1e6;
    const at = Number(span.startTimeUnixNano - began) / 1e6;
    const mark = span.status?.code === FAILED ? "✗ " : "";
    const what = `${"  ".repeat(depth)}${mark}${span.name}`;
    lines.push(`${at.toFixed(1).padStart(9)} ms  ${what}  [${span.service}]  ${took.toFixed(1)} ms`);
    for (const child of spans.filter(({ parentSpanId }) => parentSpanId === span.spanId))
      add(child, depth + 1);
  };
  for (const span of spans) if (!span.parentSpanId || !ids.has(span.parentSpanId)) add(span, 0);
  process.stdout.write(`\ntrace ${traceId} · ${spans.length} spans\n${lines.join("\n")}\n`);
}
