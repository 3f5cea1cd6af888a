import { test } from "tap";
import {
  bumpOf,
  parseCommit,
  releaseNotes,
  withoutReverted,
} from "../../../../src/agents/devops/domain/commits.ts";
import { readFailure } from "../../../../src/agents/devops/domain/failure.ts";
import {
  bumpVersion,
  compareVersions,
  initialBump,
  parseVersion,
} from "../../../../src/agents/devops/domain/semver.ts";
import type { Bump } from "../../../../src/agents/devops/domain/semver.ts";

function initial(text: string, bump: Bump): Bump | undefined {
  const version = parseVersion(text);
  return version === undefined ? undefined : initialBump(version, bump);
}

await test("versions are read and ordered as semver.org says", (t) => {
  const order = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.1.0",
    "2.0.0",
    "2.0.1-9007199254740992",
    "2.0.1-9007199254740993",
    "9007199254740992.0.0",
    "9007199254740993.0.0",
  ];
  const read = order.map(parseVersion).filter((version) => version !== undefined);
  t.equal(read.length, order.length);
  for (const [index, a] of read.entries())
    for (const [other, b] of read.entries())
      t.equal(Math.sign(compareVersions(a, b)), Math.sign(index - other), `${order[index]} ${order[other]}`);
  for (const text of ["1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "a.b.c", ""])
    t.equal(parseVersion(text), undefined, text);
  const build = parseVersion("v1.2.3-x+y.z");
  t.match(build, { prerelease: ["x"], build: ["y", "z"] });
  const bumps: readonly (readonly [string, "major" | "minor" | "patch" | "none", string])[] = [
    ["1.2.3", "major", "2.0.0"],
    ["1.2.3", "minor", "1.3.0"],
    ["1.2.3", "patch", "1.2.4"],
    ["1.2.3", "none", "1.2.3"],
    ["2.0.0-rc.1", "major", "2.0.0"],
    ["1.3.0-rc.1", "minor", "1.3.0"],
    ["1.2.4-rc.1", "patch", "1.2.4"],
    ["1.2.4-rc.1", "minor", "1.3.0"],
    ["1.2.4-rc.1", "major", "2.0.0"],
    ["1.2.4-rc.1", "none", "1.2.4-rc.1"],
    ["0.4.2", "major", "1.0.0"],
    ["0.4.2", "minor", "0.5.0"],
    ["1.99999999999999999999.0", "minor", "1.100000000000000000000.0"],
  ];
  for (const [from, bump, to] of bumps) {
    const version = parseVersion(from);
    if (version === undefined) throw new Error(from);
    t.equal(bumpVersion(version, bump), to, `${from} ${bump}`);
  }
  t.equal(initial("0.4.2", "major"), "minor", "before 1.0.0 anything may change");
  t.equal(initial("0.4.2", "patch"), "patch");
  t.equal(initial("1.4.2", "major"), "major");
  t.end();
});

await test("the examples of Conventional Commits 1.0.0, and what they ask of the version", (t) => {
  const known: readonly (readonly [string, object | undefined, string])[] = [
    [
      "feat: allow provided config object to extend other configs\n\nBREAKING CHANGE: `extends` key in config file is now used for extending other config files",
      { type: "feat", breaking: true, breakingNotes: [/^`extends` key/] },
      "major",
    ],
    [
      "feat!: send an email to the customer when a product is shipped",
      { type: "feat", breaking: true, breakingNotes: { length: 0 } },
      "major",
    ],
    [
      "feat(api)!: send an email to the customer when a product is shipped",
      { scope: "api", breaking: true },
      "major",
    ],
    [
      "chore!: drop support for Node 6\n\nBREAKING CHANGE: use JavaScript features not available in Node 6.",
      { type: "chore", breaking: true },
      "major",
    ],
    ["docs: correct spelling of CHANGELOG", { type: "docs", scope: null, breaking: false }, "none"],
    [
      "feat(lang): add Polish language",
      { type: "feat", scope: "lang", description: "add Polish language" },
      "minor",
    ],
    [
      "fix: prevent racing of requests\n\nIntroduce a request id.\n\nReviewed-by: Z\nRefs: #123",
      { type: "fix", breaking: false, breakingNotes: { length: 0 } },
      "patch",
    ],
    [
      "revert: let us never again speak of the noodle incident\n\nRefs: 676104e, a215868",
      { type: "revert", breaking: false },
      "none",
    ],
    ["FIX: upper case counts", { type: "fix" }, "patch"],
    [
      "fix: a\n\nBREAKING-CHANGE: with a hyphen\nRefs: #1",
      { breaking: true, breakingNotes: ["with a hyphen"] },
      "major",
    ],
    ["fix: a\n\nbreaking change: small letters are none", { breaking: false }, "patch"],
    [
      "feat: a\n\nBREAKING CHANGE: one\nof two lines\nBREAKING CHANGE: another\nFixes #12",
      { breaking: true, breakingNotes: ["one of two lines", "another"] },
      "major",
    ],
    [
      "fix: a\n\nBREAKING CHANGE:\n\nthe text begins below\n\nand goes on",
      { breaking: true, breakingNotes: ["the text begins below"] },
      "major",
    ],
    ["fix: a\n\nBREAKING CHANGE #12 is not what this is", { breaking: false }, "patch"],
    ["Merge branch 'main'", undefined, "none"],
    ["feat:no space", undefined, "none"],
    ["feat(): empty scope", undefined, "none"],
  ];
  for (const [message, expected, bump] of known) {
    const commit = parseCommit(message);
    if (expected === undefined) t.equal(commit, undefined, message);
    else t.match(commit, expected, message);
    t.equal(bumpOf(commit === undefined ? [] : [commit]), bump, message);
  }
  t.end();
});

await test("what another commit takes back is in no release", (t) => {
  const known: readonly (readonly [messages: string[], kept: string[], reverted: string[]])[] = [
    [['Revert "feat: a"\n\nThis reverts commit 1f3.', "feat: a", "fix: b"], ["fix: b"], ["feat: a"]],
    [["feat(api)!: a (#7)", 'Revert "feat(api)!: a (#7)" (#8)'], [], ["feat(api)!: a (#7)"]],
    [["feat: a", "revert: feat: a"], [], ["feat: a"]],
    [["feat: a", "feat: a", 'Revert "feat: a"'], ["feat: a"], ["feat: a"]],
    [["feat: a", 'Revert "feat: a"', 'Revert "Revert "feat: a""'], ["feat: a"], ['Revert "feat: a"']],
    [["feat: a", 'Revert "feat: a"', 'Reapply "feat: a"'], ["feat: a"], ['Revert "feat: a"']],
    [['Revert "feat: of an older release"'], ['Revert "feat: of an older release"'], []],
    [["revert: what nobody speaks of"], ["revert: what nobody speaks of"], []],
  ];
  for (const [messages, kept, reverted] of known)
    t.strictSame(withoutReverted(messages), { kept, reverted }, messages.join(" · "));
  t.end();
});

await test("notes say what breaks first, and leave out what users do not notice", (t) => {
  const commits = ["fix(ui): b", "feat: a", "chore: c", "feat!: d"]
    .map(parseCommit)
    .filter((commit) => commit !== undefined);
  t.equal(
    releaseNotes("2.0.0", "2026-01-01", commits),
    "## 2.0.0 (2026-01-01)\n\n### Breaking changes\n\n- d\n\n### Features\n\n- a\n- d\n\n### Fixes\n\n- **ui:** b\n",
  );
  t.match(releaseNotes("1.0.0", "2026-01-01", []), /Nothing that users notice/);
  t.end();
});

await test("a failure is read from its log, with the lines that say it", (t) => {
  const log = [
    "2026-01-01T10:00:00.000Z ##[group]Run npm ci",
    "2026-01-01T10:00:01.000Z added 100 packages",
    "2026-01-01T10:00:02.000Z ##[group]Run npm test",
    "2026-01-01T10:00:03.000Z \u001b[31mnot ok 3 - adds\u001b[0m",
    "2026-01-01T10:00:04.000Z ##[error]Process completed with exit code 1.",
    "2026-01-01T10:00:05.000Z ##[group]Post Run actions/checkout",
  ].join("\r\n");
  t.same(readFailure(log), {
    kind: "test",
    step: "npm test",
    exitCode: 1,
    evidence: [{ line: 4, text: "not ok 3 - adds" }],
  });
  const kinds: readonly (readonly [string, string])[] = [
    ["src/a.ts(3,5): error TS2322: Type", "compile"],
    ["npm error code ERESOLVE", "dependency"],
    ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\nnot ok 1", "memory"],
    ["Error: connect ECONNREFUSED 127.0.0.1:5432\n2 failed", "network"],
    ["The job exceeded the maximum execution time of 360m", "timeout"],
    ["✖ 12 problems (12 errors, 0 warnings)", "lint"],
    ["FAIL src/a.test.ts", "test"],
    ["all good, 0 failures", "unknown"],
    ["", "unknown"],
  ];
  for (const [text, kind] of kinds) t.equal(readFailure(text).kind, kind, text);
  t.end();
});
