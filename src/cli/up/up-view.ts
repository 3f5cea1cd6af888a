import type { LogLine } from "../../runtime/feed/log-line.ts";
import type { AgentsError } from "../../runtime/model/errors.ts";
import type { RunEvent, RunView } from "../../runtime/model/snapshot.ts";

/** What `agents up` shows while it runs: one for people, one for programs, one that shows nothing. */
export interface UpView extends Disposable {
  /** The run as it was when the view began to watch it. */
  begin(run: RunView): void;
  event(event: RunEvent, run: RunView): void;
  log(line: LogLine): void;
  /** Everything is ready; `tookMs` from the start of the command. */
  ready(run: RunView, tookMs: number): void;
  /** Something failed and the run goes on: it waits for a save. */
  failed(error: AgentsError): void;
  stopping(run: RunView): void;
  stopped(tookMs: number): void;
}

export const SILENT_VIEW: UpView = {
  begin: () => undefined,
  event: () => undefined,
  log: () => undefined,
  ready: () => undefined,
  failed: () => undefined,
  stopping: () => undefined,
  stopped: () => undefined,
  [Symbol.dispose]: () => undefined,
};
