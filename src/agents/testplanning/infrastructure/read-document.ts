import { DocumentUnreadable } from "../domain/openapi/unreadable.ts";

/** Larger documents are not read: reading YAML takes its time, and all else waits. */
const MAX_TEXT = 2_000_000;

/** Reads JSON or YAML 1.2; aliases may not stand for more than they could be written out as. @throws DocumentUnreadable */
export async function readDocument(text: string): Promise<unknown> {
  if (text.length > MAX_TEXT)
    throw new DocumentUnreadable("document", `The document has more than ${MAX_TEXT} characters.`);
  if (/^\s*\{/u.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML has a flow style that looks like JSON, and its errors have a line.
    }
  }
  // Loaded when there is something to read.
  const { LineCounter, parseDocument } = await import("yaml");
  const counter = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
    const [error] = document.errors;
    if (error === undefined) return document.toJS({ maxAliasCount: 100 });
    const { line, col } = counter.linePos(error.pos[0]);
    throw new DocumentUnreadable(`line ${line}, column ${col}`, error.message);
  } catch (error) {
    if (error instanceof DocumentUnreadable) throw error;
    const reason = error instanceof RangeError ? "it is nested too deep" : String(error);
    throw new DocumentUnreadable("document", `The document cannot be read: ${reason}.`);
  }
}
