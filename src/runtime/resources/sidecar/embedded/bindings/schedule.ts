import { goDuration } from "../publish/publish-metadata.ts";

/** When something is to be done: as it is written, and read. */
export interface Schedule {
  /** Calls back each time that it is due, until it is disposed. */
  start(onDue: () => void): Disposable;
}

/** `@every` counts from the start, in whole seconds, as Dapr's does. */
const EVERY = /^@every\s+(\S+)$/u;

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/**
 * Reads a schedule of Dapr's cron binding: five or six fields (seconds first), `@hourly` and so on, `@every 1m30s`, a time
 * zone before it (`CRON_TZ=Europe/Berlin 0 8 * * *`).
 *
 * @throws Error where it cannot be read
 */
export async function readSchedule(text: string): Promise<Schedule> {
  if (text === "") throw new Error("schedule not set");
  const every = EVERY.exec(text)?.[1];
  if (every !== undefined) return everySchedule(every, text);
  const [, zone, rest = text] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/su.exec(text) ?? [];
  const pattern = (ALIASES.get(rest) ?? rest).replaceAll("?", "*");
  if (![5, 6].includes(pattern.trim().split(/\s+/u).length)) throw unreadable(text, "five or six fields");
  const { Cron } = await import("croner");
  const options = zone === undefined ? {} : { timezone: zone };
  try {
    new Cron(pattern, { ...options, paused: true }).stop();
  } catch (error) {
    throw unreadable(text, error instanceof Error ? error.message : String(error));
  }
  return {
    start: (onDue) => {
      const job = new Cron(pattern, { ...options, unref: true }, () => onDue());
      return { [Symbol.dispose]: () => job.stop() };
    },
  };
}

function everySchedule(duration: string, text: string): Schedule {
  const ms = goDuration(duration);
  if (ms === null) throw unreadable(text, `${duration} is no duration`);
  const period = Math.max(1, Math.floor(ms / 1000)) * 1000;
  return {
    start: (onDue) => {
      const timer = setInterval(onDue, period);
      timer.unref();
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}

function unreadable(text: string, why: string): Error {
  return new Error(`invalid schedule format '${text}': ${why}`);
}
