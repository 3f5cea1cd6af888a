import { ValueType } from "@opentelemetry/api";
import type { HrTime } from "@opentelemetry/api";
import { millisToHrTime } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import { AggregationTemporality, DataPointType } from "@opentelemetry/sdk-metrics";
import type { DataPoint, Histogram, MetricData, MetricProducer } from "@opentelemetry/sdk-metrics";
import type { KitMetrics } from "../metrics/kit-metrics.ts";
import type { Point, Reading } from "../metrics/registry.ts";

/** What the kit counts, as OpenTelemetry's SDK collects it. */
export function metricProducer(metrics: KitMetrics, scope: { name: string }): MetricProducer {
  return {
    collect: async () => {
      const readings = await metrics.read();
      const times = { startTime: millisToHrTime(metrics.since), endTime: millisToHrTime(Date.now()) };
      const data = readings.flatMap((reading) =>
        reading.points.length === 0 ? [] : [toData(reading, times)],
      );
      return {
        resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics: data }] },
        errors: [],
      };
    },
  };
}

interface Times {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function toData(reading: Reading, times: Times): MetricData {
  const { name, description, unit } = reading;
  const base = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  switch (reading.kind) {
    case "counter":
      return {
        ...base,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints: numbers(reading.points, times),
      };
    case "gauge":
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: numbers(reading.points, times) };
    case "histogram":
      return {
        ...base,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: reading.points.map((point): DataPoint<Histogram> => {
          const { bounds, counts, sum, count } = point.value;
          const buckets = { boundaries: [...bounds], counts: [...counts] };
          return { ...times, attributes: Object.fromEntries(point.labels), value: { buckets, sum, count } };
        }),
      };
    default:
      return reading satisfies never;
  }
}

function numbers(points: readonly Point<number>[], times: Times): DataPoint<number>[] {
  return points.map(({ labels, value }) => ({ ...times, attributes: Object.fromEntries(labels), value }));
}
