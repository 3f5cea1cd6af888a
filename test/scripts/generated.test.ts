import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv } from "ajv";

import t from "tap";
import { parse } from "yaml";
import own from "../../package.json" with { type: "json" };
import config from "../../agents.config.ts";
import { ownAgents } from "../../scripts/generate/agents.ts";
import { asyncApi } from "../../scripts/generate/asyncapi.ts";
import { pick, REPO } from "../helpers/system.ts";

/** As the code says it now; that the file is the same is what npm run generate:check sees. */
const document: unknown = asyncApi(
  await ownAgents(REPO),
  Object.fromEntries(Object.entries(config.agents).map(([name, { subscribes = [] }]) => [name, subscribes])),
  own.version,
);

t.test("docs/asyncapi.yaml is a valid AsyncAPI 3 document", async (t) => {
  const read = createRequire(import.meta.url);
  const { $schema: _, ...schema } = read("@asyncapi/specs/schemas/3.0.0.json");
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    logger: false,
    validateFormats: false,
    meta: false,
    validateSchema: false,
  });

  const validate = ajv.compile(schema);
  const file: unknown = parse(readFileSync(join(REPO, "docs/asyncapi.yaml"), "utf8"));
  t.ok(validate(file), JSON.stringify(validate.errors?.slice(0, 3)));
  t.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 3)));
  t.notOk(validate({ asyncapi: "3.0.0" }), "and the check can fail");
});

t.test("every event type has its channel, its sender and its receivers", async (t) => {
  const operations = pick(document, "operations");
  for (const { name, events } of await ownAgents(REPO))
    for (const { type } of events) {
      const key = type.replaceAll(".", "_");
      t.equal(pick(document, "channels", key, "address"), type);
      t.equal(pick(operations, `${name}_send_${key}`, "action"), "send");
    }
  for (const [name, { subscribes = [] }] of Object.entries(config.agents))
    for (const type of subscribes) {
      const operation = pick(operations, `${name}_receive_${type.replaceAll(".", "_")}`, "action");
      t.equal(operation, "receive", `${name} listens to ${type}, and somebody publishes it`);
    }
});
