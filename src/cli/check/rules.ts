import { extname, join, sep } from "node:path";
import type { Import } from "./imports.ts";

/** A rule of the architecture that a line breaks. */
export interface Violation {
  readonly rule: RuleName;
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What each rule says. The same rules as this repository's lint has for its own agents; a test holds the two together. */
export const RULES = {
  "domain-alone": "A domain imports nothing outside itself",
  "domain-packages": "A domain imports no package and nothing of Node: pass in what it needs",
  "domain-kit": "A domain uses only the kit's domain primitives",
  "application-inwards":
    "The application imports neither infrastructure nor presentation nor main: give it a port",
  "presentation-inwards":
    "Presentation imports neither infrastructure nor main: only main knows infrastructure",
  "infrastructure-inwards": "Infrastructure imports neither presentation nor main",
  "events-alone": "events is what other agents read: it imports at most the domain",
  "other-agents": "Of another agent only its events may be imported: agents talk by events",
  "no-cycles": "Files that import each other in a circle cannot be understood, or loaded, one by one",
  syntax: "The file cannot be parsed",
} as const;

export type RuleName = keyof typeof RULES;

/** What a domain may use of `agents-apphost/kit`: pure functions and types. */
export const DOMAIN_PRIMITIVES = [
  "blankOut",
  "decideOn",
  "Decider",
  "Decision",
  "DomainEvent",
  "EventReader",
  "EventStore",
  "fold",
  "Instruction",
  "instructionFinder",
  "InstructionVocabulary",
  "inventedFacts",
  "Loaded",
  "loadState",
  "RecordedEvent",
  "Span",
  "VersionConflict",
];

/** An import, and the file that it means, without its ending; null: a package, or nothing that is there. */
export interface FollowedImport extends Import {
  readonly target: string | null;
}

/** The folder that is an agent's own. */
export interface AgentFolder {
  readonly agent: string;
  /** Absolute. */
  readonly folder: string;
}

const FORBIDDEN = {
  application: ["infrastructure", "presentation", "main"],
  presentation: ["infrastructure", "main"],
  infrastructure: ["presentation", "main"],
} as const;

/** The rule that an import of a file breaks; null: none. Pure: paths in, a name out. */
export function ruleBroken(
  file: string,
  own: AgentFolder,
  all: readonly AgentFolder[],
  { specifier, names, target }: FollowedImport,
): RuleName | null {
  const from = layerOf(own.folder, file);
  if (from === "domain") {
    if (target !== null) return layerOf(own.folder, target) === "domain" ? null : "domain-alone";
    if (specifier === "agents-apphost") return "domain-alone";
    if (specifier !== "agents-apphost/kit") return "domain-packages";
    return names?.every((name) => DOMAIN_PRIMITIVES.includes(name)) === true ? null : "domain-kit";
  }
  if (target === null) return null;
  const other = all.find(
    ({ folder }) => folder !== own.folder && (folder === target || isWithin(folder, target)),
  );
  if (other !== undefined) return target === join(other.folder, "events") ? null : "other-agents";
  const to = layerOf(own.folder, target);
  if (from === "events")
    return ["application", "infrastructure", "presentation", "main"].includes(to) ? "events-alone" : null;
  if (!isLayer(from)) return null;
  const forbidden: readonly string[] = FORBIDDEN[from];
  return forbidden.includes(to) ? `${from}-inwards` : null;
}

/** The first folder below an agent's own, or the file's name where it lies in that itself. */
function layerOf(folder: string, path: string): string {
  if (!isWithin(folder, path)) return "outside";
  const [first = "", ...more] = path.slice(folder.length + 1).split(sep);
  return more.length === 0 ? withoutEnding(first) : first;
}

function isLayer(layer: string): layer is keyof typeof FORBIDDEN {
  return Object.hasOwn(FORBIDDEN, layer);
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder + sep);
}

/** `./x.ts`, `./x.js` and `./x` are one file. */
export function withoutEnding(path: string): string {
  const ending = extname(path);
  return /^\.[cm]?[jt]sx?$/.test(ending) ? path.slice(0, -ending.length) : path;
}
