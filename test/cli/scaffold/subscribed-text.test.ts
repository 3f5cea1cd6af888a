import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { openCatalog, schemaOf } from "../../../src/cli/events/catalog.ts";
import { subscribedText } from "../../../src/cli/scaffold/subscribed-text.ts";
import { REPO } from "../../helpers/cli.ts";

t.test(
  "every event of this repository can be read by a new agent, in the form of the formatter",
  async (t) => {
    const catalog = openCatalog(REPO);
    t.ok(catalog.types.length >= 22);
    const all = subscribedText(new Map(catalog.types.map((type) => [type, schemaOf(catalog, type)])));
    const none = subscribedText(new Map([["agents.a.b", null]]));
    // Not below the repository: what git ignores there is not formatted.
    const dir = mkdtempSync(join(tmpdir(), "agents-format-"));
    t.teardown(() => rmSync(dir, { recursive: true }));
    copyFileSync(join(REPO, ".oxfmtrc.json"), join(dir, ".oxfmtrc.json"));
    writeFileSync(join(dir, "all.ts"), all);
    writeFileSync(join(dir, "none.ts"), none);
    execFileSync("env", ["-u", "NODE_OPTIONS", join(REPO, "node_modules/.bin/oxfmt"), "."], { cwd: dir });
    t.equal(readFileSync(join(dir, "all.ts"), "utf8"), all);
    t.equal(readFileSync(join(dir, "none.ts"), "utf8"), none);
  },
);
