import { once } from "node:events";
import { join } from "node:path";
import type { Test } from "tap";
import type { CallOptions } from "../runtime/sidecar/kit.ts";
import type { Check, World } from "./check.ts";
import { judged, type Compared } from "./compare.ts";
import { answerShape } from "./mask.ts";
import { namesIn, openSide, type Kind, type OpenSide } from "./side.ts";

/** Sidecars of one kind, each a process of its own, that find each other by a file. */
interface Neighbours {
  readonly caller: OpenSide;
  readonly app: OpenSide;
}

interface Step {
  readonly name: string;
  readonly differs?: string;
  readonly ask: (all: Neighbours) => Promise<unknown>;
}

const POST = { method: "POST", headers: { "content-type": "application/json" } } as const;

const invoked = (name: string, path: string, options: CallOptions = {}, more: Partial<Step> = {}): Step => ({
  name,
  ...more,
  ask: async ({ caller, app }) => {
    const ofCalls = (): number => app.app.got.filter((one) => !one.path.startsWith("/dapr/")).length;
    const before = ofCalls();
    const answer = await caller.call(path, options);
    const { "x-from-app": from, "x-two": two } = answer.headers;
    return { answer: answerShape(answer), from, two, got: ofCalls() - before };
  },
});

/** Only the code: the way between them has its own words. */
const refused = (name: string, path: string, more: Partial<Step> = {}): Step => ({
  name,
  ...more,
  ask: async ({ caller }) => answerShape(await caller.call(path), true),
});

/** Each has a Configuration that lets everybody in by default, and one path not. */
const ACCESS = `  accessControl:
    defaultAction: allow
    trustDomain: public
    policies:
    - appId: caller
      defaultAction: allow
      trustDomain: public
      namespace: default
      operations:
      - name: /echo/closed
        httpVerb: ["*"]
        action: deny
`;
const DENIED = `  accessControl:
    defaultAction: deny
    trustDomain: public
`;

const STEPS: readonly Step[] = [
  invoked("GET", "/v1.0/invoke/app/method/echo/200?x=1&y=%20z", { headers: { "x-mine": "yes" } }),
  invoked("POST", "/v1.0/invoke/app/method/echo/201", { ...POST, body: '{"n":12345678901234567890}' }),
  invoked("another verb, and a status of the app", "/v1.0/invoke/app/method/echo/418", { method: "DELETE" }),
  invoked("an error of the app", "/v1.0/invoke/app/method/echo/500", POST),
  invoked("the header dapr-app-id", "/echo/200/by-header", { headers: { "dapr-app-id": "app" } }),
  invoked("with its namespace", "/v1.0/invoke/app.default/method/echo/200"),
  invoked("a large body", "/v1.0/invoke/app/method/large", { ...POST, body: `"${"x".repeat(1_000_000)}"` }),
  invoked("the root", "/v1.0/invoke/app/method/"),
  invoked("an unknown app", "/v1.0/invoke/nobody/method/x"),
  refused("another namespace", "/v1.0/invoke/app.elsewhere/method/x"),
  refused("everything is denied", "/v1.0/invoke/closed/method/echo/200"),
  refused("one path is denied to one app", "/v1.0/invoke/app/method/echo/closed", {
    differs: "without mTLS daprd does not know who calls: only the default action counts",
  }),
  {
    name: "the app is away",
    ask: async ({ caller, app }) => {
      let answer: unknown = null;
      await app.app.away(async () => {
        answer = answerShape(await caller.call("/v1.0/invoke/app/method/echo/200"), true);
      });
      return [answer, answerShape(await caller.call("/v1.0/invoke/app/method/echo/200/back"))];
    },
  },
  {
    name: "its sidecar is asked to end",
    ask: async ({ caller, app }) => {
      const gone = once(app.child, "exit");
      app.child.kill("SIGTERM");
      await gone;
      return answerShape(await caller.call("/v1.0/invoke/app/method/echo/200"));
    },
  },
];

/** Invocations between sidecars of other processes, step by step. */
export async function compareNeighbours(t: Pick<Test, "teardown" | "testdir">): Promise<readonly Compared[]> {
  const dir = t.testdir({ daprd: {}, agents: {} });
  const [daprd, agents] = await Promise.all([
    walk(t, "daprd", join(dir, "daprd")),
    walk(t, "agents", join(dir, "agents")),
  ]);
  return STEPS.map(({ name, differs }, index) => {
    const check: Check = {
      at: "question",
      name: `neighbours: ${name}`,
      world: "neighbours",
      ask: async () => null,
      ...(differs === undefined ? {} : { differs }),
    };
    return judged(check, daprd[index], agents[index]);
  });
}

async function walk(
  t: Pick<Test, "teardown" | "testdir">,
  kind: Kind,
  dir: string,
): Promise<readonly unknown[]> {
  const names = namesIn(join(dir, "names.db"));
  const open = async (appId: string, config: string): Promise<OpenSide> => {
    const world: World = { name: appId, resources: {}, config: names + config, flags: { "app-id": appId } };
    return await openSide(t, kind, world, [], { dir: join(dir, appId), redis: null });
  };
  const [caller, app] = await Promise.all([open("caller", ""), open("app", ACCESS), open("closed", DENIED)]);
  const results: unknown[] = [];
  for (const { ask } of STEPS) results.push(await ask({ caller, app }));
  return results;
}
