import { randomBytes } from "node:crypto";
import { processStart } from "../control/process-start.ts";
import { writeRunFile } from "../control/run-file.ts";
import { registerRun } from "../control/run-registry.ts";
import { startControlServer } from "../control/server.ts";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { Session } from "./session.ts";

/** Opens the control API and says where it is; from here on the run can be found. */
export async function announce(
  session: Session,
  config: ResolvedConfig,
  runId: string,
  owned: AsyncDisposableStack,
): Promise<void> {
  const token = randomBytes(24).toString("base64url");
  const server = await startControlServer(session, token);
  owned.defer(async () => await server.close());
  const startedAt = session.view().startedAt;
  const me = { pid: process.pid, processStart: processStart(process.pid) ?? "" };
  writeRunFile(config.root, {
    version: 1,
    runId,
    project: config.name,
    ...me,
    startedAt,
    control: server.url,
    token,
    configFile: config.file,
  });
  owned.use(registerRun({ version: 1, root: config.root, project: config.name, runId, ...me, startedAt }));
}
