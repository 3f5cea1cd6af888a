import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { DEFAULT_RETRY } from "../../../src/agents/notification/domain/retry.ts";
import { readSettings } from "../../../src/agents/notification/infrastructure/settings.ts";

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
    // What cannot be sent is told here: where it would be sent, its secret would be told with it.
    [
      "notification",
      { NOTIFICATION_SMS_URL: "https://robot:s3cret@example.org/sms" },
      /^(?!.*s3cret).*NOTIFICATION_SMS_URL has a user or a password in it/,
    ],
    [
      "notification",
      { NOTIFICATION_SMS_URL: "https://example.org", NOTIFICATION_SMS_TOKEN: "s3c\u00e9ret" },
      /^(?!.*s3c).*NOTIFICATION_SMS_TOKEN has characters that no header can have/,
    ],
    ["notification", { NOTIFICATION_CHANNELS: "email" }, /The channel email needs NOTIFICATION_SMTP_URL/],
    [
      "notification",
      { NOTIFICATION_SLACK_URL: `hooks.slack.com/services/${"s".repeat(40)}` },
      /NOTIFICATION_SLACK_URL: "hooks\.slack\.com\/serv…" is no/,
    ],
    [
      "notification",
      { NOTIFICATION_SMTP_URL: "http://robot:s3cret@mail" },
      /^(?!.*s3cret).*NOTIFICATION_SMTP_URL is no smtp or smtps URL/,
    ],
    ["notification", { NOTIFICATION_SMTP_URL: "smtp://mail" }, /NOTIFICATION_MAIL_FROM is not set/],
    [
      "notification",
      { NOTIFICATION_SMTP_URL: "smtp://mail", NOTIFICATION_MAIL_FROM: "robot" },
      /NOTIFICATION_MAIL_FROM: "robot" is no e-mail address/,
    ],
    [
      "notification",
      { NOTIFICATION_SMS_SEGMENTS: "0" },
      /NOTIFICATION_SMS_SEGMENTS: "0" is no number from 1 to 10/,
    ],
    [
      "notification",
      { NOTIFICATION_RETRY: "first=soon" },
      /NOTIFICATION_RETRY: "first=soon" is not understood/,
    ],
    ["notification", { NOTIFICATION_RETRY: "attempts=0" }, /"attempts=0" is not understood/],
    ["notification", { NOTIFICATION_RETRY: "jitter=2" }, /"jitter=2" is not understood/],
    ["notification", { NOTIFICATION_RETRY: "first=2h,last=1m" }, /the first wait is longer than the last/],
    [
      "implementation",
      { IMPLEMENTATION_LANGUAGE: "cobol" },
      /IMPLEMENTATION_LANGUAGE: "cobol".*typescript or python/,
    ],
  ];
  for (const [agent, env, expected] of wrong) {
    const { code, lines } = await startWith(agent, t.testdir({}), env);
    t.equal(code, 78);
    t.equal(lines.length, 1, lines.join("\n"));
    t.match(lines[0], expected);
  }
});

await test("settings are read as they are written", (t) => {
  const settings = readSettings(
    {
      NOTIFICATION_SMTP_URL: "smtps://robot%40example.org:p%26ss@[::1]",
      NOTIFICATION_MAIL_FROM: "agents@example.org",
      NOTIFICATION_RETRY: "attempts=3, first=500ms, last=1h, jitter=0.25",
      NOTIFICATION_SMS_SEGMENTS: "1",
      NOTIFICATION_PUSH_URL: "https://push.example.org",
      NOTIFICATION_CHANNELS: "email,push,email",
    },
    "/srv",
  );
  t.match(settings, {
    channels: ["email", "push"],
    dir: "/srv/.agents/outbox",
    segments: 1,
    retry: { attempts: 3, firstMs: 500, lastMs: 3_600_000, jitter: 0.25 },
    push: { token: null },
    sms: null,
  });
  t.strictSame(settings.email, {
    host: "::1",
    port: 465,
    secure: true,
    user: "robot@example.org",
    password: "p&ss",
    from: "agents@example.org",
  });
  const plain = readSettings(
    { NOTIFICATION_SMTP_URL: "smtp://mail", NOTIFICATION_MAIL_FROM: "a@b.org" },
    "/",
  );
  t.match(plain.email, { host: "mail", port: 587, secure: false, user: null, password: null });
  t.match(readSettings({ NOTIFICATION_RETRY: "" }, "/").retry, DEFAULT_RETRY);
  t.end();
});
