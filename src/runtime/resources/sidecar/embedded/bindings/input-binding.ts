import type { Metadata } from "../components/metadata.ts";
import { readSchedule, type Schedule } from "./schedule.ts";

/** An input binding: something outside that an app is called for. */
export interface InputBinding {
  readonly name: string;
  /** Path that is called, without a slash before it. */
  readonly route: string;
  /** Its metadata says `direction: input`: the app is not asked whether it wants it. */
  readonly isCertain: boolean;
  readonly schedule: Schedule;
}

/** `bindings.cron`. */
export async function cronBinding(name: string, metadata: Metadata): Promise<InputBinding> {
  const directions = metadata
    .text("direction")
    .split(",")
    .map((one) => one.trim().toLowerCase());
  return {
    name,
    route: metadata.text("route") || name,
    isCertain: directions.includes("input"),
    schedule: await readSchedule(metadata.text("schedule")),
  };
}
