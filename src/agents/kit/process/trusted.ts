/**
 * A value that was checked before, or that the kit itself has written, in its type. The one place where the kit asserts a
 * type instead of proving it: what comes from outside is parsed.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type
export function trusted<Type>(value: unknown): Type {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return value as Type;
}
