import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import type { Catalog, PayloadSchema } from "../events/catalog.ts";
import { schemaOf } from "../events/catalog.ts";
import { checkAgentName } from "./agent-name.ts";
import type { AgentRequest } from "./agent-plan.ts";
import { nextPort, portsOf } from "./next-port.ts";

/** `agents new` as it was typed or asked for. */
export interface RawRequest {
  readonly name: string;
  readonly subscribes: readonly string[];
  readonly publishes: string | null;
  /** Null: the next free one. */
  readonly port: string | null;
  /** Take events that the catalog does not have. */
  readonly force: boolean;
}

const EVENT_TYPE = /^agents(\.[a-z][a-z0-9-]*){2,}$/;

/** Checks everything that was asked for. @throws AgentsError with exit code 2, or 1 where no port is free. */
export async function checkRequest(
  raw: RawRequest,
  config: ResolvedConfig,
  catalog: Catalog,
): Promise<AgentRequest> {
  checkAgentName(raw.name, config);
  const port = raw.port === null ? await nextPort(config) : checkPort(raw.port, config);
  if (port === null)
    throw new AgentsError("AGENTS_PORT_TAKEN", "No port from 7300 to 7999 is free.", {
      path: "--port",
      hint: "Name one: --port N",
    });
  const publishes = raw.publishes === null ? null : checkPublished(raw.publishes, catalog);
  const requested = `agents.${raw.name}.entry.requested`;
  if (publishes === requested)
    throw usage(
      "--publishes",
      `${requested} is the event that asks for an entry: it cannot also be the one that is published.`,
      requested,
    );
  const own = publishes ?? `agents.${raw.name}.entry.recorded`;
  const subscribes = new Map<string, PayloadSchema | null>();
  for (const type of raw.subscribes) {
    checkForm(type, "--subscribes");
    if (type === own)
      throw usage("--subscribes", `An agent cannot listen to what it publishes itself: ${type}.`, type);
    if (type === requested) continue; // it listens to that in any case
    const isUnknown = raw.force && !catalog.types.includes(type);
    subscribes.set(type, isUnknown ? null : schemaOf(catalog, type, "--force takes it anyway"));
  }
  return { name: raw.name, port, subscribes, publishes, testsWith: testRunnerOf(config.root) };
}

/** tap where the project has it; else what Node brings. */
function testRunnerOf(root: string): "tap" | "node:test" {
  const file = join(root, "package.json");
  return existsSync(file) && /"tap"\s*:/.test(readFileSync(file, "utf8")) ? "tap" : "node:test";
}

function checkPort(text: string, config: ResolvedConfig): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw usage("--port", `${JSON.stringify(text)} is not a port: expected a number from 1 to 65535.`, text);
  const owner = portsOf(config).get(port);
  if (owner !== undefined) throw usage("--port", `Port ${port} belongs to ${owner} already.`, text);
  return port;
}

/** @throws AgentsError AGENTS_USAGE where another agent publishes it, or it is no event type. */
export function checkPublished(type: string, catalog: Catalog): string {
  checkForm(type, "--publishes");
  if (!catalog.types.includes(type)) return type;
  throw usage("--publishes", `Another agent publishes ${type} already, and an event has one owner.`, type);
}

function checkForm(type: string, path: string): void {
  if (EVENT_TYPE.test(type)) return;
  throw usage(
    path,
    `${JSON.stringify(type)} is not an event type: expected agents.{domain}.{action}, lower-case words joined by dots.`,
    type,
  );
}

function usage(path: string, message: string, found: string): AgentsError {
  return new AgentsError("AGENTS_USAGE", message, { path, found, hint: "See: agents new --help" });
}
