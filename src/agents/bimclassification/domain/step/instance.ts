import type { Position } from "./step-error.ts";
import { StepError } from "./step-error.ts";
import { Tokens } from "./tokens.ts";

/** A value of an attribute. */
export type StepValue =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "enum"; readonly name: string }
  | { readonly kind: "ref"; readonly id: number }
  | { readonly kind: "list"; readonly items: readonly StepValue[] }
  | { readonly kind: "typed"; readonly type: string; readonly value: StepValue }
  | { readonly kind: "binary"; readonly hex: string }
  /** `$`: not given. */
  | { readonly kind: "omitted" }
  /** `*`: another attribute says it. */
  | { readonly kind: "derived" };

/** `#12=IFCWALL('…',$,…)` with where it stands. */
export interface StepInstance {
  readonly id: number;
  readonly type: string;
  readonly attributes: readonly StepValue[];
  readonly at: Position;
}

/** What can be told of an instance without reading its attributes. */
export type InstanceHead =
  | { readonly kind: "simple"; readonly id: number; readonly type: string }
  /** Several entities at once, `#1=(A()B())`: nothing that is read here is written so. */
  | { readonly kind: "complex"; readonly id: number };

/** Nested lists are two or three deep in IFC; more is a bomb. */
const MAX_DEPTH = 32;

/** The head of an instance of the data section. @throws StepError */
export function readHead(text: string, at: Position): InstanceHead {
  return headOf(new Tokens(text, at));
}

/** Reads a whole instance. @throws StepError */
export function readInstance(text: string, at: Position): StepInstance {
  const tokens = new Tokens(text, at);
  const head = headOf(tokens);
  if (head.kind === "complex") throw new StepError("an instance of several entities cannot be read", at);
  const attributes = readList(tokens, 0);
  tokens.expectEnd();
  return { id: head.id, type: head.type, attributes, at };
}

/** Reads an entity of the header, which has no number: `FILE_SCHEMA(('IFC4'))`. @throws StepError */
export function readHeaderEntity(text: string, at: Position): Omit<StepInstance, "id"> {
  const tokens = new Tokens(text, at);
  const type = tokens.keyword();
  const attributes = readList(tokens, 0);
  tokens.expectEnd();
  return { type, attributes, at };
}

function headOf(tokens: Tokens): InstanceHead {
  const id = tokens.instanceName();
  tokens.expect("=");
  if (tokens.peek() === "(") return { kind: "complex", id };
  return { kind: "simple", id, type: tokens.keyword() };
}

function readList(tokens: Tokens, depth: number): readonly StepValue[] {
  if (depth > MAX_DEPTH) throw tokens.error(`lists are nested more than ${MAX_DEPTH} deep`);
  tokens.expect("(");
  const items: StepValue[] = [];
  if (tokens.peek() === ")") {
    tokens.expect(")");
    return items;
  }
  for (;;) {
    items.push(readValue(tokens, depth));
    if (tokens.peek() === ")") break;
    tokens.expect(",");
  }
  tokens.expect(")");
  return items;
}

function readValue(tokens: Tokens, depth: number): StepValue {
  const next = tokens.peek();
  switch (next) {
    case "$":
      tokens.expect("$");
      return { kind: "omitted" };
    case "*":
      tokens.expect("*");
      return { kind: "derived" };
    case "'":
      return { kind: "text", value: tokens.text() };
    case '"':
      return { kind: "binary", hex: tokens.binary() };
    case ".":
      return { kind: "enum", name: tokens.enumeration() };
    case "#":
      return { kind: "ref", id: tokens.instanceName() };
    case "(":
      return { kind: "list", items: readList(tokens, depth + 1) };
    default:
      if (/[A-Za-z_!]/.test(next)) {
        const type = tokens.keyword();
        const [value, ...more] = readList(tokens, depth + 1);
        if (value === undefined || more.length > 0) throw tokens.error(`${type}(…) holds exactly one value`);
        return { kind: "typed", type, value };
      }
      return { kind: "number", value: tokens.number() };
  }
}
