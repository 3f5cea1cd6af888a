import type { SidecarEvent } from "../resources/sidecar/sidecar-host.ts";
import type { ProcessLogs } from "./process-logs.ts";
import { sidecarName } from "./sidecar-node.ts";
import type { StateFolder } from "./state-folder.ts";
import type { Teller } from "./teller.ts";
import { OWN_LOG } from "./teller.ts";

/**
 * Passes on what the sidecars' thread tells: a line to its sidecar's log, and what concerns all of them as the run's word.
 * At the end the run's own servers go before the thread does: that is no news.
 */
export function tellOfSidecars(
  tell: Teller,
  logs: ProcessLogs,
  folder: StateFolder,
  isStopping: () => boolean,
): (event: SidecarEvent) => void {
  return (event) => {
    if (event.type === "lost") folder.lose(event.reason);
    if (event.type !== "log" || (event.about === "server" && isStopping())) return;
    if (event.appId === OWN_LOG) tell[event.level === "info" ? "info" : "warning"](event.text);
    else {
      const stream = event.level === "info" ? "stdout" : "stderr";
      logs.write(sidecarName(event.appId), stream, Buffer.from(`${event.level}: ${event.text}\n`));
    }
  };
}
