import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CONFIG_FILES } from "../../runtime/config/find.ts";
import { missingSecrets } from "../../runtime/config/secrets.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import type { Check } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

/** The command itself does not start on an older Node; what starts it in a project may still differ. */
export function checkNode(version: string): Check {
  const major = Number(version.split(".")[0]);
  return major >= 24
    ? ok("node", version)
    : fail("node", version, "agents needs Node 24 or newer: run npm install, then npx agents.");
}

/** A second config beside the first is never read. */
export function checkOtherConfigs(file: string): readonly Check[] {
  const others = CONFIG_FILES.filter(
    (name) => name !== basename(file) && existsSync(join(dirname(file), name)),
  );
  return others.length === 0
    ? []
    : [warn("config", `${others.join(", ")} beside it is not read`, `Remove it, or name it with -f.`)];
}

/** What a config may say, and what is probably not meant. */
export function checkSettings(config: ResolvedConfig): readonly Check[] {
  return Object.values(config.agents).flatMap((agent) => {
    const path = `agents.${agent.name}`;
    const missing =
      agent.run.by === "entry" && !existsSync(agent.run.entry)
        ? [fail(path, `its entry ${agent.run.entry} does not exist`, "Write it, or correct entry.")]
        : [];
    const noEnv =
      agent.envFile !== null && !existsSync(agent.envFile)
        ? [fail(path, `its envFile ${agent.envFile} does not exist`, "Write it, or correct envFile.")]
        : [];
    const unset = noEnv.length > 0 ? [] : missingSecrets(agent, process.env);
    const secrets =
      unset.length === 0
        ? []
        : [
            fail(
              path,
              `secrets that are not set here: ${unset.join(", ")}`,
              "Set them in the environment of agents up, or in the agent's envFile.",
            ),
          ];
    const hasty = agent.stopTimeoutMs > 0 && agent.stopTimeoutMs < 100;
    const stop = hasty
      ? [
          warn(
            path,
            `its stopTimeout is ${agent.stopTimeoutMs} ms: it has no time to stop by itself`,
            `Numbers are milliseconds: write "${agent.stopTimeoutMs}s" for seconds.`,
          ),
        ]
      : [];
    return [...missing, ...noEnv, ...secrets, ...stop];
  });
}

/** What the config may ask for and this version does not start. */
export function checkSupport(config: ResolvedConfig): readonly Check[] {
  return Object.values(config.agents)
    .filter(({ replicas }) => replicas !== 1)
    .map(({ name, replicas }) =>
      fail(
        `agents.${name}`,
        `it asks for ${replicas} replicas, and more than one is not supported yet`,
        "Leave replicas out.",
      ),
    );
}
