import { program } from "./bare.ts";
import { pss } from "./proc.ts";
import { realProject } from "./project.ts";
import { startRedis, type RealParts } from "./real-parts.ts";
import { median } from "./row.ts";

const SIZES = [1, 6, 24] as const;
const KINDS = ["embedded", "daprd"] as const;
/** The others are measured as often as the row; these are many processes. */
const MOST_RUNS = 3;

type Kind = (typeof KINDS)[number] | "none";

/** How a start grows with its agents, and what six sidecars need, by what serves them. */
export async function growthOfSidecars(
  parts: RealParts,
  runs: number,
): Promise<Readonly<Record<string, string>>> {
  const figures: Figure[] = [];
  for (let run = 0; run < Math.min(runs, MOST_RUNS); run += 1) {
    figures.push(await once(parts, "none", 6));
    for (const size of SIZES) for (const kind of KINDS) figures.push(await once(parts, kind, size));
  }
  const of = (what: "startMs" | "memory", kind: Kind, size: number): number =>
    median(figures.filter((one) => one.kind === kind && one.size === size).map((one) => one[what]));
  const bySize = SIZES.map((size) => [
    `small agents with their sidecars, ${size} (up, ms)`,
    KINDS.map((kind) => `${kind} ${of("startMs", kind, size).toFixed(0)}`).join(", "),
  ]);
  const embedded = of("memory", "embedded", 6) - of("memory", "none", 6);
  return {
    ...Object.fromEntries(bySize),
    "memory of six sidecars (PSS, MB)": `embedded ${embedded.toFixed(1)} more than without any, daprd ${of("memory", "daprd", 6).toFixed(1)}`,
  };
}

interface Figure {
  readonly kind: Kind;
  readonly size: number;
  readonly startMs: number;
  /** Of the daprds; where there are none, of the orchestrator, which the embedded sidecars are in. */
  readonly memory: number;
}

async function once(parts: RealParts, kind: Kind, size: number): Promise<Figure> {
  await using project = realProject({ AGENTS_DAPRD: parts.daprd.path });
  await using redis = await startRedis(parts, project.root);
  project.env["AGENTS_REDIS_URL"] = redis.url;
  project.write("agents.config.ts", configOf(kind, size));
  const up = await project.up(["--wait-timeout", "120"]);
  const startMs = await up.ready;
  const sidecars = (await project.listed()).filter((one) => one.kind === "sidecar" && one.pid !== null);
  const wanted = kind === "daprd" ? size : 0;
  const daprds = sidecars.flatMap(({ pid }) => (pid === null || pid === up.pid ? [] : [pid]));
  if (daprds.length !== wanted) throw new Error(`${daprds.length} daprds run instead of ${wanted}`);
  const memory = kind === "daprd" ? daprds.reduce((sum, pid) => sum + pss(pid), 0) : pss(up.pid);
  await project.agents(["down"]);
  await up.exited();
  return { kind, size, startMs, memory };
}

function configOf(kind: Kind, size: number): string {
  const settings = {
    command: [process.execPath, program("hono.js")],
    sidecar: kind === "none" ? false : kind,
  };
  const agents = Array.from({ length: size }, (_, n) => `"agent-${n}": agent(${JSON.stringify(settings)})`);
  return `import { agent, defineConfig, pubsub, redis, stateStore } from "agents-apphost";
const cache = redis();
export default defineConfig({
  name: "bench",
  resources: { redis: cache },
  components: { "agents-pubsub": pubsub(cache), "agents-statestore": stateStore(cache) },
  agents: { ${agents.join(",\n")} },
});
`;
}
