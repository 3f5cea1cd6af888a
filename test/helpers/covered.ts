/** How a process of an agent is started and killed so that `npm run coverage` learns what it ran. */
export interface Covered {
  /** For Node, before everything else. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Ends it at once, as SIGKILL does. */
  readonly kill: NodeJS.Signals;
}

/** The folder for what V8 writes down; most runs of the tests have none. */
const folder = process.env["NODE_V8_COVERAGE"];

export const covered: Covered =
  folder === undefined
    ? { args: [], env: {}, kill: "SIGKILL" }
    : {
        args: ["--import", new URL("coverage-on-signal.ts", import.meta.url).href],
        env: { NODE_V8_COVERAGE: folder },
        kill: "SIGUSR2",
      };
