import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { Test } from "tap";

/** A span as it arrived, with what tells it apart. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  /** 2: failed. */
  readonly status: number;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface ReceivedLine {
  readonly service: string;
  readonly body: string;
  readonly severity: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ReceivedMetric {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly points: readonly (Readonly<Record<string, unknown>> & {
    readonly attributes: Readonly<Record<string, unknown>>;
  })[];
}

/** A request as it came, where it was not JSON. */
export interface ReceivedBytes {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

/** A collector: takes OTLP over HTTP as JSON, keeps what it got. Protobuf is kept as bytes. */
export interface Collector {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly lines: readonly ReceivedLine[];
  readonly metrics: readonly ReceivedMetric[];
  readonly bytes: readonly ReceivedBytes[];
  /** Of the last request to each path. */
  readonly headers: ReadonlyMap<string, IncomingHttpHeaders>;
  /** How many requests came. */
  readonly requests: number;
  /** What came so far counts no more. */
  forget(): void;
  close(): Promise<void>;
}

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];

/** Starts a collector; it ends with the test. @param port 0: a free one. */
export async function startCollector(t: Test, port = 0): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const lines: ReceivedLine[] = [];
  const metrics: ReceivedMetric[] = [];
  const bytes: ReceivedBytes[] = [];
  const headers = new Map<string, IncomingHttpHeaders>();
  let requests = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests += 1;
      const sent = Buffer.concat(chunks);
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
      const type = request.headers["content-type"] ?? "";
      const path = request.url ?? "";
      headers.set(path, request.headers);
      if (type.startsWith("application/json")) {
        const document = JSON.parse(body.toString()) as Otlp;
        for (const part of document.resourceSpans ?? []) spans.push(...readSpans(part));
        for (const part of document.resourceLogs ?? []) lines.push(...readLines(part));
        for (const part of document.resourceMetrics ?? []) metrics.push(...readMetrics(part));
      } else bytes.push({ path, type, body });
      response.writeHead(200, { "content-type": type }).end(type.startsWith("application/json") ? "{}" : "");
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await promise;
  const close = async (): Promise<void> => {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    await closed.promise;
  };
  t.teardown(close);
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    lines,
    metrics,
    bytes,
    headers,
    get requests() {
      return requests;
    },
    forget: () => {
      for (const list of [spans, lines, metrics, bytes]) list.length = 0;
    },
    close,
  };
}

interface KeyValue {
  readonly key: string;
  readonly value: Value;
}
interface Value {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly Value[] };
}
interface Part {
  readonly resource: { readonly attributes: readonly KeyValue[] };
}
interface SpanPart extends Part {
  readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
}
interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly KeyValue[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly events?: readonly { readonly name: string; readonly attributes: readonly KeyValue[] }[];
  readonly status?: { readonly code?: number };
}
interface LogPart extends Part {
  readonly scopeLogs: readonly { readonly logRecords: readonly OtlpLine[] }[];
}
interface OtlpLine {
  readonly body: Value;
  readonly severityText?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes: readonly KeyValue[];
}
interface MetricPart extends Part {
  readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
}
type DataPoints = {
  readonly dataPoints: readonly (Record<string, unknown> & { readonly attributes: readonly KeyValue[] })[];
};
interface OtlpMetric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: DataPoints;
  readonly gauge?: DataPoints;
  readonly histogram?: DataPoints;
}
interface Otlp {
  readonly resourceSpans?: readonly SpanPart[];
  readonly resourceLogs?: readonly LogPart[];
  readonly resourceMetrics?: readonly MetricPart[];
}

function readSpans({ resource, scopeSpans }: SpanPart): readonly ReceivedSpan[] {
  const of = record(resource.attributes);
  return scopeSpans
    .flatMap(({ spans }) => spans)
    .map((span) => ({
      service: String(of["service.name"]),
      resource: of,
      name: span.name,
      kind: KINDS[span.kind] ?? "?",
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId || null,
      attributes: record(span.attributes),
      links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
      events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: record(attributes) })),
      status: span.status?.code ?? 0,
    }));
}

function readLines({ resource, scopeLogs }: LogPart): readonly ReceivedLine[] {
  const service = String(record(resource.attributes)["service.name"]);
  return scopeLogs
    .flatMap(({ logRecords }) => logRecords)
    .map((line) => ({
      service,
      body: String(plain(line.body)),
      severity: line.severityText ?? "",
      traceId: line.traceId || null,
      spanId: line.spanId || null,
      attributes: record(line.attributes),
    }));
}

function readMetrics({ resource, scopeMetrics }: MetricPart): readonly ReceivedMetric[] {
  const service = String(record(resource.attributes)["service.name"]);
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .map(({ name, unit = "", sum, gauge, histogram }) => ({
      service,
      name,
      unit,
      points:
        (sum ?? gauge ?? histogram)?.dataPoints.map((point) => ({
          ...point,
          attributes: record(point.attributes),
        })) ?? [],
    }));
}

function record(attributes: readonly KeyValue[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: Value): unknown {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = value;
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plain);
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? null;
}
