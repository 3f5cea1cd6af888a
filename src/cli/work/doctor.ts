import type { Context } from "../context.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import { findConfigFile } from "../../runtime/config/find.ts";
import { loadFile } from "../../runtime/config/load.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import type { Check, Runs } from "../doctor/check.ts";
import { counted } from "../render/units.ts";
import { checkNode, checkOtherConfigs, checkSettings, checkSupport } from "../doctor/config-checks.ts";
import { checkModels } from "../doctor/model-checks.ts";
import { checkPorts } from "../doctor/port-checks.ts";
import { checkTools } from "../doctor/tool-checks.ts";
import { whatRuns } from "../doctor/what-runs.ts";

/** `agents doctor`: what is here, what will really run, what to do. Ends with 1 where something keeps agents from running. */
export async function doctor(context: Context): Promise<void> {
  const { out } = context;
  const { checks: configChecks, config } = await checkConfig(context);
  const { runs, checks: runChecks } = await whatRuns(config);
  const checks = [
    checkNode(process.versions.node),
    ...configChecks,
    ...runChecks,
    ...(config === null ? [] : checkModels(config)),
    ...(config === null ? [] : await checkPorts(config)),
    ...checkTools(process.env["PATH"] ?? ""),
  ];
  if (checks.some(({ status }) => status === "fail")) process.exitCode = 1;
  if (out.json)
    return out.document({
      checks,
      runs: Object.fromEntries(Object.entries(runs).map(([name, { as }]) => [name, as])),
    });
  // Without a config nothing runs, and nobody knows what would.
  const runsText = config === null ? [] : ["", ...runLines(runs, context)];
  for (const line of [...checkLines(checks, context), ...runsText]) out.line(line);
}

async function checkConfig({
  place,
}: Context): Promise<{ readonly checks: readonly Check[]; readonly config: ResolvedConfig | null }> {
  try {
    const file = await findConfigFile(place);
    const { config } = await loadFile(file);
    const agents = Object.keys(config.agents).length;
    const ok: Check = {
      name: "config",
      status: "ok",
      found: `${file}: ${counted(agents, "agent")}, ${counted(Object.keys(config.resources).length, "resource")}`,
      action: null,
    };
    return {
      checks: [ok, ...checkOtherConfigs(file), ...checkSettings(config), ...checkSupport(config)],
      config,
    };
  } catch (error) {
    if (!(error instanceof AgentsError)) throw error;
    const found = [error.message, ...(error.details.lines ?? [])].join("\n");
    return {
      checks: [
        {
          name: "config",
          status: "fail",
          found,
          action: error.details.hint ?? "Fix the config; agents config checks it.",
        },
      ],
      config: null,
    };
  }
}

function checkLines(checks: readonly Check[], { out: { style } }: Context): readonly string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const signs = { ok: style.good("✓"), warn: style.busy("·"), fail: style.bad("✗") };
  const indent = " ".repeat(width + 6);
  return checks.flatMap(({ name, status, found, action }) => [
    `  ${signs[status]} ${name.padEnd(width)}  ${found.replaceAll("\n", `\n${indent}`)}`,
    ...(action === null ? [] : [`${indent}${style.dim(action)}`]),
  ]);
}

function runLines(runs: Runs, { out: { style } }: Context): readonly string[] {
  return [
    style.bold("what runs here"),
    ...Object.entries(runs).map(
      ([name, { as, why }]) => `  ${name.padEnd(9)}  ${as.padEnd(9)}  ${style.dim(why)}`,
    ),
  ];
}
