import type { ResolvedComponent } from "../../../src/runtime/model/resolved.ts";
import { isList } from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import type { RealRedis } from "../daprd/kit.ts";
import { component } from "./kit.ts";

/** A pub/sub on a Redis of the test. */
export function onRedis({ port }: RealRedis, more: Record<string, string> = {}): ResolvedComponent {
  return component("pubsub", "agents-pubsub", { redisHost: `127.0.0.1:${port}`, ...more }, "pubsub.redis");
}

/** The fields of all entries of a stream. */
export async function entries({ connection }: RealRedis, stream: string): Promise<Record<string, string>[]> {
  const reply = await connection.send("XRANGE", stream, "-", "+");
  return (isList(reply) ? reply : []).map((entry) => {
    const fields = isList(entry) && isList(entry[1]) ? entry[1].map(String) : [];
    return Object.fromEntries(
      fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? ""]] : [])),
    );
  });
}
