import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { generatePassword, passwordFor } from "../../../src/runtime/resources/container/passwords.ts";

t.test("a generated password satisfies SQL Server's policy, and needs no escaping", async (t) => {
  const passwords = Array.from({ length: 500 }, generatePassword);
  t.equal(new Set(passwords).size, passwords.length);
  for (const password of passwords) {
    const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].filter((one) => one.test(password));
    if (classes.length < 4 || !/^[a-zA-Z][\w.-]{31}$/.test(password)) t.fail(password);
    if (encodeURIComponent(password) !== password) t.fail(password);
  }
});

t.test("it is made once, kept for the owner alone, and apart for each resource", async (t) => {
  const dir = join(t.testdir({}), ".agents");
  const first = passwordFor(dir, "db");
  t.equal(passwordFor(dir, "db"), first);
  t.not(passwordFor(dir, "cache"), first);
  t.equal(passwordFor(dir, "db"), first);
  const path = join(dir, "passwords.json");
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(statSync(dir).mode & 0o777, 0o700);
  chmodSync(path, 0o644);
  passwordFor(dir, "db");
  t.equal(statSync(path).mode & 0o777, 0o600, "rights that were opened are closed again");
  t.match(passwordFor(dir, "__proto__"), /^\w/, "no name is special");
  t.equal(passwordFor(dir, "__proto__"), passwordFor(dir, "__proto__"));
  t.match(passwordFor(dir, "toString"), /^[\w.-]{32}$/);
});

t.test("a broken file is one clear error that quotes nothing of it, and is not overwritten", async (t) => {
  const dir = t.testdir({ "passwords.json": '{"db": "Secret1' });
  for (const content of ['{"db": "Secret1', '["Secret1"]', '{"db":1,"x":"Secret1"}', '{"db":""}']) {
    const path = join(dir, "passwords.json");
    writeFileSync(path, content);
    try {
      passwordFor(dir, "db");
      t.fail(content);
    } catch (error) {
      t.match(error, { code: "AGENTS_STATE_BROKEN" });
      t.notOk(String(error).includes("Secret1"));
      t.notOk(JSON.stringify(error).includes("Secret1"));
    }
    t.equal(readFileSync(path, "utf8"), content);
  }
});
