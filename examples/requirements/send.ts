// Sends the rules of rules.yaml to a running test planning agent, one by one, and compares what comes back with what a
// reader of the specification would expect. Start the system first: npx agents up
//
//   npx node examples/requirements/send.ts                 compare the answers
//   npx node examples/requirements/send.ts --follow        and follow each flow through the agents to its end
//   npx node examples/requirements/send.ts --only ce-,dns-  rules whose id begins so
//   --url http://localhost:7010   --timeout 60 (seconds a flow may take)   --file other-rules.yaml
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { answer, mismatches, rules } from "./expectation.ts";
import type { Answer } from "./expectation.ts";
import { followed } from "./flow.ts";

const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:7010" },
    file: { type: "string", default: join(import.meta.dirname, "rules.yaml") },
    only: { type: "string", default: "" },
    timeout: { type: "string", default: "60" },
    follow: { type: "boolean", default: false },
  },
});

const reply = z.object({ correlationId: z.string(), result: answer });

interface Outcome {
  readonly id: string;
  readonly found: string;
  readonly problems: readonly string[];
}

const prefixes = options.only.split(",");
const wanted = rules
  .parse(parse(await readFile(options.file, "utf8")))
  .filter(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)));
const outcomes: Outcome[] = [];
for (const rule of wanted) {
  const outcome = await check(rule);
  outcomes.push(outcome);
  print(outcome);
}
const wrong = outcomes.filter(({ problems }) => problems.length > 0).length;
process.stdout.write(`\n${outcomes.length} rules, ${outcomes.length - wrong} as expected, ${wrong} not\n`);
process.exitCode = wrong === 0 && outcomes.length > 0 ? 0 : 1;

async function check({ id, sentence, expect }: (typeof wanted)[number]): Promise<Outcome> {
  try {
    const { correlationId, result } = await send(sentence);
    const problems = mismatches(expect, result);
    const missing = options.follow
      ? await followed(correlationId, AbortSignal.timeout(Number(options.timeout) * 1000))
      : null;
    return { id, found: summary(result), problems: missing === null ? problems : [...problems, missing] };
  } catch (error) {
    return { id, found: "no answer", problems: [error instanceof Error ? reasonOf(error) : String(error)] };
  }
}

async function send(requirement: string): Promise<z.infer<typeof reply>> {
  const response = await fetch(`${options.url}/api/testplanning/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ requirement }),
    signal: AbortSignal.timeout(Number(options.timeout) * 1000),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return reply.parse(await response.json());
}

function reasonOf(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return error.message === "fetch failed"
    ? `nothing answers at ${options.url}${cause}: start it with npx agents up`
    : error.message;
}

function summary({ testable, rules: read, classes, boundaryValues, cases }: Answer): string {
  if (!testable) return "not testable";
  const kinds = [
    ...new Set(
      read.flatMap(({ constraint: { kind, of } }) =>
        kind === "all" && Array.isArray(of) ? of.map((part) => part.kind) : [kind],
      ),
    ),
  ];
  return `${kinds.join("+")}, ${classes.length} classes, ${boundaryValues.length} bounds, ${cases.length} cases`;
}

function print({ id, found, problems }: Outcome): void {
  process.stdout.write(`${problems.length === 0 ? "ok " : "NOT"} ${id.padEnd(26)} ${found}\n`);
  for (const problem of problems) process.stdout.write(`      ${problem}\n`);
}
