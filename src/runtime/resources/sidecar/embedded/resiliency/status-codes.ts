/** A set of HTTP status codes. */
export type StatusCodes = (status: number) => boolean;

/**
 * Reads `429,500-599` (`matching.httpStatusCodes` of a retry policy).
 *
 * @throws Error where it is no such list
 */
export function statusCodes(text: string): StatusCodes {
  const ranges = text.split(",").map((part) => {
    const [, from = "", to = from] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/u.exec(part) ?? [];
    const range = { from: Number(from), to: Number(to) };
    if (from === "" || range.from > range.to || range.from < 100 || range.to > 599)
      throw new Error(`invalid status code pattern: ${text}`);
    return range;
  });
  return (status) => ranges.some(({ from, to }) => status >= from && status <= to);
}
