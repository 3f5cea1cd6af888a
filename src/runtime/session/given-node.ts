import type { ResourceKind } from "../model/snapshot.ts";
import { maskPasswords } from "../plan/mask-url.ts";
import { ALWAYS_READY, createReadiness } from "../resources/readiness/readiness.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import { NO_FACTS, passive } from "./passive-node.ts";

export interface GivenServer {
  readonly name: string;
  readonly kind: ResourceKind;
  readonly url: string;
  readonly note: string | null;
}

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ["https:", 443],
  ["redis:", 6379],
  ["rediss:", 6379],
  ["mssql:", 1433],
]);

/** A server that somebody else runs: there is nothing to start, only something to wait for and to show. */
export function givenNode({ name, kind, url, note }: GivenServer): SupervisedNode {
  const { hostname, port, protocol } = new URL(url);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const number = port === "" ? (DEFAULT_PORTS.get(protocol) ?? 80) : Number(port);
  return {
    ...passive(name),
    // Only what is on this machine is waited for: a server elsewhere is its owner's business, and asking it is traffic.
    readiness: local ? createReadiness({ by: "tcp" }, number) : ALWAYS_READY,
    facts: {
      ...NO_FACTS,
      kind,
      implementation: "external",
      url: maskPasswords(url),
      port: number,
      note,
    },
  };
}
