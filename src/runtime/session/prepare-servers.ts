import type { Servers, ServersInput } from "./servers.ts";

const NONE: Servers = { urls: {}, redis: new Map(), notices: [], nodeOf: () => null };

/** Chooses where the real servers listen. Where everything is embedded nothing is loaded for it. */
export async function prepareServers(input: ServersInput): Promise<Servers> {
  const { choices, contained } = input.plan;
  const isReal = contained.size > 0 || [...choices.values()].some(({ as }) => as !== "embedded");
  if (!isReal) return NONE;
  const { realServers } = await import("./real-servers.ts");
  return await realServers(input);
}
