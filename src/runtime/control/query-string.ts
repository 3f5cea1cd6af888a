type Scalars = Readonly<Record<string, string | number | boolean | undefined>>;

/** A query string of what is set; `true` travels as 1, `false` not at all. */
export function search(scalars: Scalars, lists: Readonly<Record<string, readonly string[]>> = {}): string {
  const params = new URLSearchParams();
  for (const [name, values] of Object.entries(lists)) for (const value of values) params.append(name, value);
  for (const [name, value] of Object.entries(scalars)) {
    if (value === undefined || value === false) continue;
    params.set(name, value === true ? "1" : String(value));
  }
  return params.size === 0 ? "" : `?${params.toString()}`;
}
