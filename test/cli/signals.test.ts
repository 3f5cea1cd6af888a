import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import t from "tap";

const SIGNALS = new URL("../../src/cli/up/signals.ts", import.meta.url).href;

/** Says what it hears, and ends only at the third press. */
const LISTENER = `
import { listenForStop } from ${JSON.stringify(SIGNALS)};
const say = (word) => process.stdout.write(word + "\\n");
listenForStop({ onStop: say, onAgain: () => say("again"), onEnough: () => process.exit(130) });
setInterval(() => {}, 60_000);
say("listens");
`;

t.test(
  "Ctrl-C stops, a second one kills, a third one ends at once whatever the kill waits for",
  { timeout: 15_000 },
  async (t) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", LISTENER], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.teardown(() => child.kill("SIGKILL"));
    const heard: string[] = [];
    for await (const word of createInterface({ input: child.stdout })) {
      heard.push(word);
      // Within 0.3 s it would be the same press.
      setTimeout(() => child.kill("SIGINT"), word === "listens" ? 0 : 400);
    }
    t.equal(child.exitCode ?? (await once(child, "exit"))[0], 130);
    t.strictSame(heard, ["listens", "SIGINT", "again"]);
  },
);
