/** What differs between two runs of the same thing: ids and points in time. */
const VOLATILE =
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/gi;

/** The volatile parts of texts, each once, in the order in which they appear. */
export function volatileParts(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => text.match(VOLATILE) ?? []))];
}

/** A text in which every volatile part is named by its place in the list; others stay as they are. */
export function withoutVolatile(text: string, parts: readonly string[]): string {
  return text.replaceAll(VOLATILE, (part) => {
    const place = parts.indexOf(part);
    return place < 0 ? part : `‹${part.includes("T") ? "time" : "id"} ${place + 1}›`;
  });
}

/** An answer that was recorded with some ids and times, told with those of the present request. */
export function renewVolatile(text: string, recorded: readonly string[], present: readonly string[]): string {
  return text.replaceAll(VOLATILE, (part) => present[recorded.indexOf(part)] ?? part);
}
