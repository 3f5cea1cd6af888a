import { findRun } from "../../runtime/control/run-file.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import { assertPortsFree } from "../../runtime/resources/process/ports.ts";
import type { Check } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

/** Whether the ports of the config can be had. A run that is up holds them rightly. */
export async function checkPorts(config: ResolvedConfig): Promise<readonly Check[]> {
  const run = findRun(config.root);
  if (run.at === "up") return [ok("ports", `in use by this project's own run (pid ${run.file.pid})`)];
  const wanted = Object.values(config.agents).flatMap(({ name, port, sidecarPort }) => [
    ...(port === null ? [] : [{ name, port, strict: true }]),
    ...(sidecarPort === null ? [] : [{ name: `the sidecar of ${name}`, port: sidecarPort, strict: false }]),
  ]);
  const taken = (await Promise.all(wanted.map(checkPort))).filter((check) => check !== null);
  if (taken.length > 0) return taken;
  return wanted.length === 0
    ? [ok("ports", "the config names none: agents up chooses free ones")]
    : [ok("ports", `${wanted.length} of ${wanted.length} free`)];
}

async function checkPort({
  name,
  port,
  strict,
}: {
  readonly name: string;
  readonly port: number;
  readonly strict: boolean;
}): Promise<Check | null> {
  try {
    await assertPortsFree([{ name, port }]);
    return null;
  } catch (error) {
    if (!(error instanceof AgentsError)) throw error;
    return strict
      ? fail("ports", error.message, error.details.hint ?? "Use another port.")
      : warn("ports", error.message, "Nothing to do: agents up chooses a free one for a sidecar.");
  }
}
