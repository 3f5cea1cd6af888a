import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { Sampler } from "@opentelemetry/sdk-trace";
import type { Sampling } from "../settings.ts";

/** The sampler that OTEL_TRACES_SAMPLER names. */
export function samplerOf({ root, ratio, parentBased }: Sampling): Sampler {
  const sampler = rootSampler(root, ratio);
  return parentBased ? new ParentBasedSampler({ root: sampler }) : sampler;
}

function rootSampler(root: Sampling["root"], ratio: number): Sampler {
  switch (root) {
    case "always_on":
      return new AlwaysOnSampler();
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return new TraceIdRatioBasedSampler(ratio);
    default:
      return root satisfies never;
  }
}
