const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 300;

/** How long to wait after so many failed attempts: twice as long each time, up to five minutes. */
export function secondsUntilNext(attempts: number): number {
  return Math.min(FIRST_SECONDS * 2 ** (attempts - 1), LONGEST_SECONDS);
}
