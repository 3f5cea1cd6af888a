const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

const two = (value: number) => String(value).padStart(2, "0");

/** A date as people write it, in ISO 8601; `null` where the month or the day does not exist. */
export function dateFrom(year: string, month: string, day: string): string | null {
  const name = month.toLowerCase();
  const index = /^\d+$/u.test(month)
    ? Number(month)
    : months.findIndex(
        (each) => each === name || (name.length >= 3 && each.startsWith(name.replace(".", ""))),
      ) + 1;
  const iso = `${year}-${two(index)}-${two(Number(day))}`;
  const moment = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(iso) ? null : iso;
}

/** "9:30 pm" → "21:30"; `null` where there is no such time of day. */
export function timeFrom(
  hour: string,
  minute: string | undefined,
  second: string | undefined,
  half: string | undefined,
): string | null {
  let value = Number(hour);
  if (half !== undefined) {
    if (value < 1 || value > 12) return null;
    value = (value % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
  }
  if (value > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return null;
  return `${two(value)}:${minute ?? "00"}${second === undefined ? "" : `:${second}`}`;
}

export const monthNames =
  "jan(?:uary|\\.)?|feb(?:ruary|\\.)?|mar(?:ch|\\.)?|apr(?:il|\\.)?|may|june?|july?|aug(?:ust|\\.)?|sept?(?:ember|\\.)?|oct(?:ober|\\.)?|nov(?:ember|\\.)?|dec(?:ember|\\.)?";
