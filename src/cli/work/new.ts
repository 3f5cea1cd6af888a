import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { findConfigFile } from "../../runtime/config/find.ts";
import { loadFile } from "../../runtime/config/load.ts";
import { findRun } from "../../runtime/control/run-file.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import type { Context } from "../context.ts";
import { openCatalog } from "../events/catalog.ts";
import type { AgentPlan } from "../scaffold/agent-plan.ts";
import { planAgent, shown, storageOf } from "../scaffold/agent-plan.ts";
import { checkAgentName } from "../scaffold/agent-name.ts";
import { addAgent, linesToAdd } from "../scaffold/config/edit-config.ts";
import type { Changes } from "../scaffold/making.ts";
import { beginMaking } from "../scaffold/making.ts";
import { leftToDo } from "../scaffold/left-to-do.ts";
import { placesOf } from "../scaffold/place.ts";
import { lockedPrompts } from "../scaffold/prompts-lock.ts";
import type { RawRequest } from "../scaffold/request.ts";
import { checkRequest } from "../scaffold/request.ts";
import { readTemplates } from "../scaffold/template-files.ts";
import { assertNew } from "../scaffold/write-files.ts";

/** `agents new` as it was typed. */
export interface RawNewOptions {
  readonly subscribes?: readonly string[];
  readonly publishes?: string;
  readonly port?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly force?: true;
  /** The config is left to the user. */
  readonly filesOnly?: true;
}

/** `agents new <name>`: everything is checked before the first file is written, and all of it is written or nothing. */
export async function newAgent(context: Context, name: string, options: RawNewOptions): Promise<void> {
  const file = await findConfigFile(context.place);
  // Before it is loaded: what is written meanwhile is noticed as a change.
  const text = textOf(file);
  const { config } = await loadFile(file);
  checkAgentName(name, config);
  storageOf(config);
  const typed: RawRequest = {
    name,
    subscribes: options.subscribes ?? [],
    publishes: options.publishes ?? null,
    port: options.port ?? null,
    force: options.force === true,
  };
  if (options.dryRun === true) {
    const { plan, changes } = await planned(typed, config, text, options);
    return await tell(context, config, plan, changes, "would be written");
  }
  const asks = isConversation(context, options);
  const raw = asks ? await asked(context, typed, config, text, options) : typed;
  if (raw === null) return context.out.line("Nothing was written.");
  await checkRequest(raw, config, openCatalog(config.root));
  using making = await beginMaking({ config, text }, context.signal);
  // Anew: meanwhile another one may have added an agent, and taken the port.
  const { plan, changes } = await planned(raw, making.config, making.configText, options);
  await making.write(plan, changes);
  await tell(context, making.config, plan, changes, "written");
}

/** Empty where it cannot be read: loading it says why. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

interface Planned {
  readonly plan: AgentPlan;
  readonly changes: Changes;
}

async function planned(
  raw: RawRequest,
  config: ResolvedConfig,
  before: string,
  { filesOnly }: RawNewOptions,
): Promise<Planned> {
  const request = await checkRequest(raw, config, openCatalog(config.root));
  const storage = storageOf(config);
  const templates = readTemplates("agent", ...(storage === "state" ? ["agent-state"] : []));
  const fits = templates.filter(({ path }) => storage === "sql" || !SQL_ONLY.test(path));
  const plan = planAgent(request, config, placesOf(config), fits);
  assertNew(config.root, plan.files);
  const lock = lockedPrompts(config.root, plan.files);
  const others = lock === null ? [] : [lock];
  if (filesOnly === true) return { plan, changes: { config: null, others } };
  const after = await addAgent(config.file, before, plan.entry);
  return { plan, changes: { config: { file: config.file, before, after }, others } };
}

/** What was answered; null where the last answer is no. */
async function asked(
  { signal }: Context,
  typed: RawRequest,
  config: ResolvedConfig,
  text: string,
  options: RawNewOptions,
): Promise<RawRequest | null> {
  const { askFor, askWhether } = await import("../scaffold/ask.ts");
  const raw = await askFor(typed, openCatalog(config.root), signal);
  const { plan } = await planned(raw, config, text, options);
  const where = relative(process.cwd(), config.file);
  const question = `Write ${plan.files.length} files and add ${raw.name} to ${where}?`;
  return (await askWhether(question, signal)) ? raw : null;
}

/** Files of the template that only an agent with a database has. */
const SQL_ONLY = /\/infrastructure\/(?:sql-entries|tables)\.ts$/;

/** On a terminal, where only the name was given. */
function isConversation(
  { out }: Context,
  { subscribes, publishes, port, dryRun, yes }: RawNewOptions,
): boolean {
  const said = [subscribes, publishes, port, dryRun, yes].some((value) => value !== undefined);
  return !said && !out.json && process.stdin.isTTY && process.stdout.isTTY;
}

async function tell(
  { out }: Context,
  { root, file }: ResolvedConfig,
  { files, entry }: AgentPlan,
  { config: change, others }: Changes,
  done: "written" | "would be written",
): Promise<void> {
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
      config: change === null ? null : file,
      changed: [...others, ...(change === null ? [] : [change])].map((each) => each.file),
      next: leftToDo(root),
      written,
    });
  }
  const { bold, dim, good } = out.style;
  for (const { path } of files) out.line(`  ${written ? good("+") : "+"} ${shown(root, path)}`);
  const where = relative(process.cwd(), file) || file;
  for (const { file: changed } of [...others, ...(change === null ? [] : [change])])
    out.line(`  ${written ? good("~") : "~"} ${relative(process.cwd(), changed) || changed}`);
  if (!written) return out.line(dim(`\nNothing was written; ${files.length} files would be.`));
  if (change === null) {
    out.line(`\nMade ${bold(entry.name)}. Add it to ${where} yourself, as a member of agents:`);
    for (const line of await linesToAdd(file, readFileSync(file, "utf8"), entry)) out.line(`  ${line}`);
    return;
  }
  const isUp = findRun(root).at === "up";
  const start = isUp ? " The running system starts it by itself." : "";
  out.line(`
Made ${bold(entry.name)}, on port ${entry.port}.${start}`);
  out.line(
    dim("  next: ") +
      (isUp ? "" : "agents up, then ") +
      `agents publish agents.${entry.name}.entry.requested --data '{"text":"Hello"}' --wait`,
  );
  for (const step of leftToDo(root)) out.line(dim("  then: ") + step);
}
