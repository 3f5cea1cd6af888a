import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";

/** Where a command's words go. Data on stdout; in `--json` messages go to stderr, so that stdout is data alone. */
export interface Output {
  readonly json: boolean;
  readonly style: Style;
  readonly errorStyle: Style;
  /** Width that a table may take; endless where stdout is not a terminal. */
  readonly columns: number;
  /** A line for people; nothing in `--json`. */
  line(text?: string): void;
  /** A line that takes the place of the one before, until the next `line`; only on a terminal. */
  status(text: string): void;
  /** One document, for `--json`. */
  document(value: unknown): void;
  /** One line of NDJSON. */
  record(value: unknown): void;
  /** A message: on stderr. */
  note(text: string): void;
}

/** To the start of the line, which is emptied. */
const CLEAR = "\r\x1b[K";

export function output({ json, color }: { readonly json: boolean; readonly color: boolean }): Output {
  const { stdout, stderr, env } = process;
  let isMoving = false;
  return {
    json,
    style: styleFor(stdout.isTTY, color && !json, env),
    errorStyle: styleFor(stderr.isTTY, color && !json, env),
    columns: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
    line: (text = "") => {
      if (json) return;
      stdout.write(`${isMoving ? CLEAR : ""}${text}\n`);
      isMoving = false;
    },
    status: (text) => {
      if (json || !stdout.isTTY) return;
      stdout.write(`${CLEAR}${text.slice(0, Math.max(1, stdout.columns - 1))}`);
      isMoving = true;
    },
    document: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    record: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
  };
}

/** What happens when the reader of stdout is gone (`| head`, a closed terminal); `up` sets its own to stop what it started. */
let whenReaderGone = (): void => process.exit();

/** Ends quietly when the reader of a pipe has seen enough. */
export function handleClosedPipes(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // EPIPE is a pipe that was closed, EIO a terminal: that may be felt before its SIGHUP comes.
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    whenReaderGone();
  });
  process.stderr.on("error", () => {}); // nobody is left to be told
}

/** Instead of ending at once when stdout's reader is gone. */
export function onReaderGone(action: () => void): void {
  whenReaderGone = action;
}
