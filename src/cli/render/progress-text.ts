import type { Progress } from "../../runtime/model/snapshot.ts";
import { bytes } from "./units.ts";

/** How far a download is: `pulling redis:7.4-alpine  43 %  7.3 of 17 MB`. */
export function progressText({ what, done, total, unit }: Progress): string {
  if (total <= 0) return `pulling ${what}`;
  const percent = `${Math.floor((100 * done) / total)} %`;
  const amount = unit === "bytes" ? ofBytes(done, total) : `${done} of ${total} ${unit}`;
  return `pulling ${what}  ${percent}  ${amount}`;
}

/** One unit is enough where both have the same. */
function ofBytes(done: number, total: number): string {
  const [some, all] = [bytes(done), bytes(total)];
  const [number, unit] = some.split(" ");
  return all.endsWith(` ${unit}`) ? `${number} of ${all}` : `${some} of ${all}`;
}
