import { isNode, LineCounter, parseDocument } from "yaml";
import { PromptBroken } from "./prompt-broken.ts";

/** A file as a value, and the place of each part of it. */
export interface PromptDocument {
  readonly value: unknown;
  /** `file:line:column` of a JSON Pointer, or of the nearest part that exists. */
  readonly place: (pointer: string) => string;
}

/** @throws PromptBroken with line and column. */
export function parseYaml(file: string, text: string): PromptDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw new PromptBroken(`${at(error.pos[0])}: ${error.message}`);
  return {
    value: document.toJS(),
    place: (pointer) => {
      const path = pointer.split("/").slice(1).map(unescape);
      for (; path.length > 0; path.pop()) {
        const node = document.getIn(path, true);
        if (isNode(node) && node.range) return at(node.range[0]);
      }
      return `${file}:1:1`;
    },
  };
}

/** JSON Pointer's escapes (RFC 6901); numbers stay text, which finds list items too. */
function unescape(part: string): string | number {
  const plain = part.replaceAll("~1", "/").replaceAll("~0", "~");
  return /^\d+$/.test(plain) ? Number(plain) : plain;
}
