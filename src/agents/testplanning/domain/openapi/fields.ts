import type { Constraint } from "../constraint.ts";
import { contradiction, type ReadRule } from "../reading/merge.ts";
import { valueRule } from "./constraints.ts";
import type { Input, Operation } from "./operation.ts";
import type { Schema } from "./schema.ts";

/** One value of a request: a parameter, or a member of the body. `[]` in a path is the first item of a list. */
export interface Field {
  readonly input: Input;
  readonly path: readonly string[];
  readonly required: boolean;
  readonly schema: Schema;
}

/** A rule of the specification, and the value that it is about. */
export interface FieldRule {
  readonly rule: ReadRule;
  readonly field: Field;
}

/** The rules of an operation's inputs, and what of them is not tested. */
export function rulesOf(operation: Operation): { readonly rules: FieldRule[]; readonly notes: string[] } {
  const notes: string[] = [];
  const rules: FieldRule[] = [];
  const taken = new Set<string>();
  const add = (field: Field, constraint: Constraint, samples: ReadRule["samples"]) => {
    const rule: ReadRule = {
      id: `R${rules.length + 1}`,
      subject: subjectOf(field),
      field: identifierOf(field, constraint.kind === "presence", taken),
      strength: "must",
      constraint,
      samples,
    };
    const wrong = contradiction([rule]);
    if (wrong === null) rules.push({ rule, field });
    else notes.push(wrong);
  };
  for (const field of operation.inputs.flatMap(fieldsOf)) {
    const { parts, samples, notes: left } = valueRule(field.schema);
    if (field.input.in !== "body" && field.schema.type === "object")
      notes.push(`Not tested of ${subjectOf(field)}: what is in the object.`);
    notes.push(...left.map((each) => `Not tested of ${subjectOf(field)}: ${each}.`));
    if (field.required && field.input.in !== "path" && field.path.at(-1) !== "[]")
      add(field, { kind: "presence", required: true }, { valid: [], invalid: [] });
    const [only, ...others] = parts;
    if (only !== undefined) add(field, others.length === 0 ? only : { kind: "all", of: [...parts] }, samples);
  }
  return { rules, notes };
}

function fieldsOf(input: Input): Field[] {
  const root: Field = { input, path: [], required: input.required, schema: input.schema };
  if (input.in === "body") return within(root, true);
  const { items } = input.schema;
  return items === null ? [root] : [root, { input, path: ["[]"], required: false, schema: items }];
}

/** The members of a body; of its root only what it says itself. */
function within(field: Field, isRoot: boolean): Field[] {
  const { input, path, schema } = field;
  const own = isRoot && schema.type === "object" && !field.required ? [] : [field];
  const members = schema.properties.flatMap(([name, each]): Field[] =>
    each.readOnly
      ? []
      : within(
          { input, path: [...path, name], required: schema.required.includes(name), schema: each },
          false,
        ),
  );
  const items =
    schema.items === null
      ? []
      : within({ input, path: [...path, "[]"], required: false, schema: schema.items }, false);
  return [...own, ...members, ...items];
}

/** `limit in the query`, `address.city in the body` */
export function subjectOf({ input, path }: Pick<Field, "input" | "path">): string {
  if (input.in !== "body") return `${input.name}${path.join("")} in the ${input.in}`;
  const name = path.join(".").replaceAll(".[]", "[]");
  return name === "" ? "the body" : `${name} in the body`;
}

/** An identifier for generated code; two of the same words are told apart by a number. */
function identifierOf({ input, path }: Field, presence: boolean, taken: Set<string>): string {
  const named = [input.in === "body" ? (path.length === 0 ? "body" : "") : input.name, ...path].join(" ");
  const words = named
    .replaceAll("[]", " item ")
    .split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/u)
    .filter(Boolean);
  const joined = words
    .map((word, at) =>
      at === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("")
    .slice(0, 60);
  const plain = /^[a-z]/u.test(joined) ? joined : `field${joined}`;
  const key = `${presence ? "presence" : "value"} `;
  let name = plain;
  for (let count = 2; taken.has(key + name); count += 1) name = `${plain}${count}`;
  taken.add(key + name);
  return name;
}
