import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import { ownVersion } from "../own-version.ts";
import type { UpOptions } from "../up-options.ts";
import { findInvitation } from "./invitation.ts";
import { jsonView } from "./json-view.ts";
import { PlainView } from "./plain-view.ts";
import type { UpView } from "./up-view.ts";
import { SILENT_VIEW } from "./up-view.ts";

/** Whether stdout is read by people: not in JSON, and not where nothing is to be shown. */
export const isForPeople = ({ context: { out }, ui }: UpOptions): boolean =>
  ui === "plain" || (ui === "auto" && !out.json);

/** The view that was asked for: `auto` is plain lines. */
export function createView(
  { context: { out }, ui }: UpOptions,
  config: ResolvedConfig | null,
  stopWith = "Ctrl-C",
): UpView {
  const kind = ui === "auto" && out.json ? "json" : ui;
  switch (kind) {
    case "json":
      return jsonView(out);
    case "none":
      return SILENT_VIEW;
    case "auto":
    case "plain":
      return new PlainView(out, {
        version: ownVersion(),
        stopWith,
        invite: async (run) => await findInvitation(run, sourcesFirst(config)),
      });
    default:
      return kind satisfies never;
  }
}

/** Agents whose events travel furthest first: trying one of those shows most. */
function sourcesFirst(config: ResolvedConfig | null): readonly string[] {
  const agents = Object.values(config?.agents ?? {});
  const reach = (name: string): number => {
    const reached = new Set<string>();
    const visit = (from: string): void => {
      for (const { name: to, subscribes } of agents) {
        if (reached.has(to) || !subscribes.some((topic) => topic.startsWith(`agents.${from}.`))) continue;
        reached.add(to);
        visit(to);
      }
    };
    visit(name);
    reached.delete(name);
    return reached.size;
  };
  return agents.map(({ name }) => name).toSorted((a, b) => reach(b) - reach(a));
}
