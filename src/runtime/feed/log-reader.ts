import type { LogQuery } from "../control/run-control.ts";
import { resourcesIn } from "./log-dir.ts";
import type { LogLine } from "./log-line.ts";
import { compileQuery } from "./log-query.ts";
import { takeSnapshot } from "./log-snapshot.ts";
import { readLines } from "./read-lines.ts";

/** Reads the logs of a project whether or not it runs. */
export interface LogReader {
  /** Resources that have a log. */
  resources(): readonly string[];
  /**
   * Lines that are kept, oldest first. A query that makes no sense is `AGENTS_USAGE`, at once. Files are held open until the
   * iteration ends; `for await` sees to that.
   */
  readLogs(query: LogQuery): AsyncGenerator<LogLine, void, undefined>;
}

/** Opens the logs in a folder (`.agents/logs`). A folder that is missing holds no lines. */
export function openLogReader(dir: string): LogReader {
  return {
    resources: () => resourcesIn(dir),
    readLogs: (query) => {
      const filter = compileQuery(query);
      return (async function* () {
        using snapshot = takeSnapshot(dir, filter);
        yield* readLines(snapshot, filter, query.last);
      })();
    },
  };
}
