/** The JSON in a model's answer, without fences and prose around it; null when there is none. */
export function extractJson(text: string): { readonly value: unknown } | null {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)```/i.exec(text)?.[1];
  for (const candidate of [text, fenced, balanced(text)]) {
    if (candidate === undefined || candidate === null) continue;
    try {
      const value: unknown = JSON.parse(candidate);
      return { value };
    } catch {
      // the next candidate
    }
  }
  return null;
}

/** The first object or list whose brackets match, strings left aside. */
function balanced(text: string): string | null {
  const start = text.search(/[{[]/);
  if (start === -1) return null;
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") {
      depth -= 1;
      if (depth === 0) return text.slice(start, at + 1);
    }
  }
  return null;
}
