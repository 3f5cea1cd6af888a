/** Times as people say them, rounded to what matters: `41 ms`, `5.1 s`, `2 m`, `3 h`, `4 d`. */
export function duration(ms: number): string {
  if (ms < 1) return "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} m`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** How long ago a time (ISO 8601) was, in whole units; `–` for null. */
export function since(time: string | null, now: Date): string {
  if (time === null) return "–";
  const ms = Math.max(0, now.getTime() - Date.parse(time));
  return ms < 10_000 ? `${Math.round(ms / 1000)} s` : duration(ms);
}

/** A time of day on this machine's clock; with the date where it is not today's. */
export function clock(time: string, now: Date): string {
  const at = new Date(time);
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} `;
  const text = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
  return at.toDateString() === now.toDateString() ? text : day + text;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(units.length, Math.floor(Math.log(count) / Math.log(1024)));
  const value = count / 1024 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power - 1] ?? ""}`;
}

/** `1 event`, `2 events`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function ordinal(count: number): string {
  const ending =
    count % 100 >= 11 && count % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th");
  return `${count}${ending}`;
}

/** Enough of an id to be told apart by eye. */
export const shortId = (id: string): string => (id.length > 12 ? id.slice(0, 8) : id);
