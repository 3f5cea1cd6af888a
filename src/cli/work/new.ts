import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { loadFresh } from "../../runtime/config/load-fresh.ts";
import { loadConfig } from "../../runtime/config/load.ts";
import { ensureStateDir } from "../../runtime/control/state-dir.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import type { Context } from "../context.ts";
import { openCatalog } from "../events/catalog.ts";
import type { AgentPlan } from "../scaffold/agent-plan.ts";
import { planAgent, shown, storageOf } from "../scaffold/agent-plan.ts";
import { checkAgentName } from "../scaffold/agent-name.ts";
import { addAgent } from "../scaffold/config/edit-config.ts";
import { placesOf } from "../scaffold/place.ts";
import type { RawRequest } from "../scaffold/request.ts";
import { checkRequest } from "../scaffold/request.ts";
import { readTemplates } from "../scaffold/template-files.ts";
import type { ChangedFile } from "../scaffold/write-files.ts";
import { assertNew, takeBackUnfinished, writeAll } from "../scaffold/write-files.ts";

/** `agents new` as it was typed. */
export interface RawNewOptions {
  readonly subscribes?: readonly string[];
  readonly publishes?: string;
  readonly port?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly force?: true;
}

/** `agents new <name>`: everything is checked before the first file is written, and all of it is written or nothing. */
export async function newAgent(context: Context, name: string, options: RawNewOptions): Promise<void> {
  const { config } = await loadConfig(context.place);
  const catalog = openCatalog(config.root);
  checkAgentName(name, config);
  const storage = storageOf(config);
  const asks = isConversation(context, options);
  const typed: RawRequest = {
    name,
    subscribes: options.subscribes ?? [],
    publishes: options.publishes ?? null,
    port: options.port ?? null,
    force: options.force === true,
  };
  const raw = asks
    ? await (await import("../scaffold/ask.ts")).askFor(typed, catalog, context.signal)
    : typed;
  const request = await checkRequest(raw, config, catalog);
  const templates = readTemplates("agent", ...(storage === "state" ? ["agent-state"] : []));
  const fits = templates.filter(({ path }) => storage === "sql" || !SQL_ONLY.test(path));
  const plan = planAgent(request, config, placesOf(config), fits);

  const before = readFileSync(config.file, "utf8");
  const journal = join(ensureStateDir(config.root), "new-agent.json");
  takeBackUnfinished(config.root, journal, before);
  assertNew(config.root, plan.files);
  const change = { file: config.file, before, after: await addAgent(config.file, before, plan.entry) };
  if (options.dryRun === true) return tell(context, config, plan, change, "would be written");
  if (asks && !(await confirmed(context, plan, config))) return;
  await writeAll({ root: config.root, journal }, plan.files, change, async () => {
    await loadFresh(config.file, { printed: "stderr" });
  });
  tell(context, config, plan, change, "written");
}

/** Files of the template that only an agent with a database has. */
const SQL_ONLY = /\/sql-entries\.ts$/;

/** On a terminal, where only the name was given. */
function isConversation(
  { out }: Context,
  { subscribes, publishes, port, dryRun, yes }: RawNewOptions,
): boolean {
  const said = [subscribes, publishes, port, dryRun, yes].some((value) => value !== undefined);
  return !said && !out.json && process.stdin.isTTY && process.stdout.isTTY;
}

async function confirmed(
  { signal }: Context,
  { files }: AgentPlan,
  { file }: ResolvedConfig,
): Promise<boolean> {
  const { askWhether } = await import("../scaffold/ask.ts");
  const where = relative(process.cwd(), file);
  return await askWhether(`Write ${files.length} files and add it to ${where}?`, signal);
}

function tell(
  { out }: Context,
  { root }: ResolvedConfig,
  { files, entry }: AgentPlan,
  { file }: ChangedFile,
  done: "written" | "would be written",
): void {
  const written = done === "written";
  if (out.json) {
    const { name, port, uses, subscribes } = entry;
    const paths = files.map(({ path }) => join(root, path));
    return out.document({
      name,
      port,
      uses,
      subscribes,
      entry: entry.entry,
      files: paths,
      config: file,
      written,
    });
  }
  const { bold, dim, good } = out.style;
  for (const { path } of files) out.line(`  ${written ? good("+") : "+"} ${shown(root, path)}`);
  out.line(`  ${written ? good("~") : "~"} ${relative(process.cwd(), file) || file}`);
  if (!written) return out.line(dim(`\nNothing was written: ${files.length} files would be.`));
  out.line(`\n${bold(entry.name)} is there, on port ${entry.port}. A run that is up starts it by itself.`);
  out.line(
    dim("  next: ") +
      `agents up, then agents publish agents.${entry.name}.entry.requested --data '{"text":"Hello"}' --wait`,
  );
}
