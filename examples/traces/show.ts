// A collector for the terminal: takes OTLP over HTTP as JSON, and prints each trace as a tree once it is quiet.
//   node examples/traces/show.ts
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/json npx agents up
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span of OTLP's JSON, as far as it is shown. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly service: string;
}

interface Document {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<Span, "service">[] }[];
  }[];
}

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
    if (isJson) take(JSON.parse(Buffer.concat(chunks).toString()) as Document);
    response.writeHead(isJson ? 200 : 415, { "content-type": "application/json" }).end("{}");
  });
});
server.listen(Number(process.env["PORT"] ?? 4318), "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`collects on http://127.0.0.1:${port}\n`);
});

function take({ resourceSpans = [] }: Document): void {
  for (const { resource, scopeSpans } of resourceSpans) {
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
  const spans = (traces.get(traceId) ?? []).toSorted((a, b) => Number(start(a) - start(b)));
  traces.delete(traceId);
  timers.delete(traceId);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const began = spans[0] === undefined ? 0n : start(spans[0]);
  const lines: string[] = [];
  const add = (span: Span, depth: number): void => {
    const took = Number(BigInt(span.endTimeUnixNano) - start(span)) / 1e6;
    const at = Number(start(span) - began) / 1e6;
    const mark = span.status?.code === FAILED ? "✗ " : "";
    const what = `${"  ".repeat(depth)}${mark}${span.name}`;
    lines.push(`${at.toFixed(1).padStart(9)} ms  ${what}  [${span.service}]  ${took.toFixed(1)} ms`);
    for (const child of spans.filter(({ parentSpanId }) => parentSpanId === span.spanId))
      add(child, depth + 1);
  };
  for (const span of spans) if (!span.parentSpanId || !ids.has(span.parentSpanId)) add(span, 0);
  process.stdout.write(`\ntrace ${traceId} · ${spans.length} spans\n${lines.join("\n")}\n`);
}

function start({ startTimeUnixNano }: Span): bigint {
  return BigInt(startTimeUnixNano);
}
