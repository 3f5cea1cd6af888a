/** Arithmetic on numbers as they are written: 0.1 + 0.2 is 0.3 here. `step` is a power of ten, at most 1. */
export function plusSteps(value: number, step: number, count: number): number {
  const scale = Math.round(1 / step);
  return (Math.round(value * scale) + count) / scale;
}

/** The distance to a neighbour for a number written with so many decimals. */
export function stepOf(decimals: number): number {
  return Number(`1e-${decimals}`);
}

/** Whether the neighbours of a number can still be told apart in a JSON number. */
export function isExact(value: number, step: number): boolean {
  return Math.abs(value / step) + 1 <= Number.MAX_SAFE_INTEGER + 1;
}
