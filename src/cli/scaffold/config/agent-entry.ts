/** An agent as it is written into a config: the members in the order in which they are written. */
export interface AgentEntry {
  readonly name: string;
  readonly entry: string;
  readonly port: number;
  readonly uses: readonly string[];
  readonly subscribes: readonly string[];
}

/** Its members as key and plain value, without those that are empty. */
export function membersOf({
  entry,
  port,
  uses,
  subscribes,
}: AgentEntry): readonly (readonly [string, string | number | readonly string[]])[] {
  return [
    ["entry", entry],
    ["port", port],
    ...(uses.length === 0 ? [] : [["uses", uses] as const]),
    ...(subscribes.length === 0 ? [] : [["subscribes", subscribes] as const]),
  ];
}
