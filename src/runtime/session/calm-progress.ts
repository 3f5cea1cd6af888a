import type { Progress } from "../model/snapshot.ts";

/** Often enough to see it move. */
const EVERY_MS = 200;

/** Hands on how far a download is, not more often than can be read; its end at once. */
export function calmProgress(
  tell: (progress: Progress | null) => void,
  now: () => number = () => performance.now(),
): (progress: Progress | null) => void {
  let told: number | null = null;
  return (progress) => {
    if (progress === null) {
      if (told !== null) tell(null);
      told = null;
      return;
    }
    if (told !== null && now() - told < EVERY_MS && progress.done < progress.total) return;
    told = now();
    tell(progress);
  };
}
