import type { Output } from "../render/output.ts";
import type { UpView } from "./up-view.ts";
import { SILENT_VIEW } from "./up-view.ts";

/** One line of NDJSON each: `{ "type": "snapshot", "run" }`, then every event of the run as it happens. */
export function jsonView(out: Output): UpView {
  return {
    ...SILENT_VIEW,
    begin: (run) => out.record({ type: "snapshot", run }),
    event: (event) => out.record(event),
    failed: (error) => out.record({ type: "error", error: error.toJSON() }),
  };
}
