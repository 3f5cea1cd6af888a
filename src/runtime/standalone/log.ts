import { openSync, writeSync } from "node:fs";
import { hostname } from "node:os";

export type LogLevel = "debug" | "info" | "warn" | "error" | "fatal";

const ORDER: readonly LogLevel[] = ["debug", "info", "warn", "error", "fatal"];

export interface LogSettings {
  readonly level: LogLevel;
  readonly json: boolean;
  /** Null: stdout. */
  readonly file: string | null;
  readonly appId: string;
  readonly version: string;
}

/** Writes lines in daprd's two forms, so that whatever reads a daprd's log reads this one. */
export class Log {
  readonly #settings: LogSettings;
  readonly #fd: number;
  readonly #now: () => Date;

  /** @throws Error where the file cannot be opened */
  constructor(settings: LogSettings, now: () => Date = () => new Date()) {
    this.#settings = settings;
    this.#fd = settings.file === null ? 1 : openSync(settings.file, "a", 0o644);
    this.#now = now;
  }

  write(level: LogLevel, scope: string, message: string): void {
    const { level: least, json, appId, version } = this.#settings;
    if (ORDER.indexOf(level) < ORDER.indexOf(least)) return;
    const fields: Readonly<Record<string, string>> = {
      time: this.#now().toISOString(),
      level: level === "warn" ? "warning" : level,
      msg: message,
      ...(appId === "" ? {} : { app_id: appId }),
      instance: hostname(),
      scope,
      type: "log",
      ver: version,
    };
    this.#print(json ? JSON.stringify(sorted(fields)) : textLine(fields));
  }

  /** At once, so that the last line is there however the process ends. */
  #print(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    for (let at = 0; at < bytes.byteLength;) {
      try {
        at += writeSync(this.#fd, bytes, at);
      } catch (error) {
        // A pipe that is full (its reader is slow) or closed: the log waits for nobody.
        if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return;
      }
    }
  }
}

function sorted(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** logrus: the message and the time always in quotes, the rest where it needs them. */
function textLine(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) =>
      name !== "time" && /^[\w\-./@^+]+$/u.test(value)
        ? `${name}=${value}`
        : `${name}=${JSON.stringify(value)}`,
    )
    .join(" ");
}
