/** Syntax that ECMAScript has and Python's `re` has not, or that means something else there. */
const NOT_IN_PYTHON = /\\[pP]\{|\\u\{|\(\?<[A-Za-z_$]|\\k<|\[\^?\]|\\c[A-Za-z]|(?<!\\)&&/;

/**
 * Whether a pattern compiles and means the same in ECMAScript (flag u) and in Python. It is anchored at both
 * ends, so that `search`, `test` and `fullmatch` agree.
 */
export function isPortablePattern(pattern: string): boolean {
  if (!pattern.startsWith("^") || !pattern.endsWith("$") || NOT_IN_PYTHON.test(pattern)) return false;
  try {
    return new RegExp(pattern, "u").source !== "";
  } catch {
    // The constructor is the only public parser of this syntax, and it answers by throwing.
    return false;
  }
}
