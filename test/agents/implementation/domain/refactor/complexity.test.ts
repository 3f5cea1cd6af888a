import { test } from "tap";
import { cyclomaticComplexity } from "../../../../../src/agents/implementation/domain/refactor/complexity.ts";
import type { Language } from "../../../../../src/agents/implementation/domain/generated-code.ts";

const known: readonly (readonly [Language, string, number])[] = [
  ["typescript", "", 1],
  ["typescript", "if (a) b(); else if (c) d(); else e();", 3],
  ["typescript", "for (;;) while (a) do { b(); } while (c);", 4],
  ["typescript", "switch (a) { case 1: case 2: b(); break; default: c(); }", 3],
  ["typescript", "try { a(); } catch { b(); } finally { c(); }", 2],
  ["typescript", "const a = b && c || d ?? e; f ||= g;", 5],
  ["typescript", "const a = b ? c : d ? e : f;\nconst g = h ?(i) : j;\nconst k = l ?.5 : 1;", 5],
  ["typescript", "const a = b?.c?.[0]?.(d); type T = { e?: F; g?(): H }; function i(j?: K, l?) {}", 1],
  ["typescript", "a.if(b); const o = { for: 1, catch: 2 }; $if(x); promise.catch(f);", 1],
  ["typescript", "// if (a)\nconst s = 'if && ||'; const r = /if|&&/; const t = `if ${a ? b : c} &&`;", 2],
  ["python", "if a:\n    b()\nelif c and d or e:\n    f()\nelse:\n    g()\n", 5],
  ["python", "for a in b:\n    while c:\n        d()\n", 3],
  ["python", "try:\n    a()\nexcept B:\n    c()\nexcept D:\n    e()\n", 3],
  ["python", "a = [b for b in c if d]\ne = f if g else h\n", 4],
  ["python", "match a:\n    case 1:\n        b()\n    case _:\n        c()\ncase = 2\n", 2],
  ["python", '# if a\ns = "if and or"\nformat(order)\n"""\nfor x in y: pass\n"""\n', 1],
];

for (const [language, source, complexity] of known) {
  await test(`complexity ${complexity} of ${JSON.stringify(source.slice(0, 60))}`, async (t) => {
    t.equal(cyclomaticComplexity(source, language), complexity);
  });
}
