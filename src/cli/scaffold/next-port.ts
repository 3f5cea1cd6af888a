import { isPortFree } from "../../runtime/resources/process/ports.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";

const FIRST = 7300;
const LAST = 7999;

/** The first port from 7300 that the config does not name and nobody holds now; null where there is none. */
export async function nextPort(config: ResolvedConfig): Promise<number | null> {
  const named = portsOf(config);
  for (let port = FIRST; port <= LAST; port += 1)
    if (!named.has(port) && (await isPortFree(port))) return port;
  return null;
}

/** Every port that the config names, with who has it. */
export function portsOf({ agents, resources }: ResolvedConfig): ReadonlyMap<number, string> {
  const owners = new Map<number, string>();
  for (const { name, port, sidecarPort } of Object.values(agents)) {
    if (port !== null) owners.set(port, name);
    if (sidecarPort !== null) owners.set(sidecarPort, `the sidecar of ${name}`);
  }
  for (const resource of Object.values(resources))
    if ("port" in resource) owners.set(resource.port, resource.name);
  return owners;
}
