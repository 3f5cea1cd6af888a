import type { Facts } from "./facts.ts";

export const OUTSIDE = "exterior|external|ext|outside|outer|facade|façade|cladding|veneer|eifs|perimeter";
export const INSIDE = "interior|internal|int|inside|inner|partition|drywall|gypsum|gwb|plasterboard|stud";

/** Named as being outside, where the property is silent: words decide only then. */
export function outside(f: Facts): boolean {
  return f.external === null && f.says(OUTSIDE) && !f.says(INSIDE);
}

/** Named as being inside, where the property is silent. */
export function inside(f: Facts): boolean {
  return f.external === null && f.says(INSIDE) && !f.says(OUTSIDE);
}
