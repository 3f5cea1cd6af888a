import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";

const ROOT = join(import.meta.dirname, "../../..");

/** Starts an agent that must not get far, and gives what it said. */
async function startWith(
  agent: string,
  dir: string,
  env: Record<string, string>,
): Promise<{ code: number; lines: readonly string[] }> {
  const args = ["--conditions=agents-source", `src/agents/${agent}/main.ts`];
  const PATH = process.env["PATH"] ?? "";
  const result = await execa(process.execPath, args, {
    cwd: ROOT,
    reject: false,
    all: true,
    extendEnv: false,
    env: { PATH, PORT: "0", SQLSERVER_URL: `sqlite:${join(dir, "a.db")}`, ...env },
  });
  return { code: result.exitCode ?? -1, lines: result.all.split("\n") };
}

await test("a setting that cannot be used ends an agent with one line that says what to write", async (t) => {
  const wrong: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    [
      "notification",
      { NOTIFICATION_CHANNELS: "file,fax" },
      /NOTIFICATION_CHANNELS: "fax" is no channel; there are console, file/,
    ],
    ["notification", { NOTIFICATION_CHANNELS: "webhook" }, /webhook needs NOTIFICATION_WEBHOOK_URL/],
    [
      "notification",
      { NOTIFICATION_RECIPIENT: "nobody@" },
      /NOTIFICATION_RECIPIENT: "nobody@" has no valid domain/,
    ],
    [
      "notification",
      { NOTIFICATION_WEBHOOK_URL: "ftp://x" },
      /NOTIFICATION_WEBHOOK_URL: "ftp:\/\/x" is no http or https URL/,
    ],
    [
      "implementation",
      { IMPLEMENTATION_LANGUAGE: "cobol" },
      /IMPLEMENTATION_LANGUAGE: "cobol".*typescript or python/,
    ],
  ];
  for (const [agent, env, expected] of wrong) {
    const { code, lines } = await startWith(agent, t.testdir({}), env);
    t.equal(code, 1);
    t.equal(lines.length, 1, lines.join("\n"));
    t.match(lines[0], expected);
  }
});
