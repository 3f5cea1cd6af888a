import { logLevel } from "../log/logger.ts";
import type { Logger } from "../log/logger.ts";
import type { Env } from "../process/environment.ts";
import { LateTelemetry } from "./late-telemetry.ts";
import { KitMetrics } from "./metrics/kit-metrics.ts";
import { readTelemetry } from "./settings.ts";
import { tellingLogger } from "./telling-logger.ts";
import type { Telemetry } from "./telemetry.ts";
import { NO_TELEMETRY } from "./telemetry.ts";

/** What an agent observes itself with. */
export interface Observing {
  readonly telemetry: Telemetry;
  readonly metrics: KitMetrics;
  /** The log of the agent; its lines go the way of telemetry too. */
  readonly log: Logger;
  /** What models are asked and answer may be sent. */
  readonly capturesContent: boolean;
}

/** As the environment says. Nothing is loaded here. */
export function openTelemetry(agent: string, env: Env, log: Logger): Observing {
  const metrics = new KitMetrics();
  const settings = readTelemetry(env);
  for (const warning of settings?.warnings ?? [])
    log.warn("telemetry differs from what was asked for", { reason: warning });
  if (settings === null || Object.keys(settings.signals).length === 0) {
    return { telemetry: NO_TELEMETRY, metrics, log, capturesContent: false };
  }
  const service = env["APP_ID"] || agent;
  const telemetry = new LateTelemetry(async () => {
    const { startSdk } = await import("./otel/start-sdk.ts");
    return await startSdk({ settings, service, metrics, log });
  }, log);
  const { capturesContent } = settings;
  return {
    telemetry,
    metrics,
    log: tellingLogger(log, telemetry, logLevel(env["LOG_LEVEL"])),
    capturesContent,
  };
}

/** What is known of this process, for `target_info`. */
export function targetOf(agent: string, env: Env): Readonly<Record<string, string>> {
  const run = env["AGENTS_RUN_ID"];
  return {
    "service.name": env["OTEL_SERVICE_NAME"] || env["APP_ID"] || agent,
    ...(run === undefined || run === "" ? {} : { "agents.run.id": run }),
  };
}
