import t from "tap";
import { z } from "zod";
import { cutPage, pageOf, pageQuery } from "../../../src/agents/kit/http/paging.ts";

const input = z.object(pageQuery(z.tuple([z.string(), z.int()]), { most: 3, usual: 2 }));
const rows = ["b_1", "a_1", "ä", "a", "c"]
  .map((name, id) => ({ name, id }))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** A list as a repository keeps it: ordered, and read from behind the keys on. */
function list({ limit, after }: z.output<typeof input>) {
  const from =
    after === undefined ? 0 : rows.findIndex(({ name, id }) => name === after[0] && id === after[1]) + 1;
  return cutPage(rows.slice(from, from + limit + 1), limit, ({ name, id }) => [name, id]);
}

void t.test("a list is read to its end, page by page, whatever its keys hold", (t) => {
  for (const limit of ["1", "2", "3"]) {
    const seen: string[] = [];
    let query: Record<string, string> = { limit };
    for (;;) {
      const { items, next } = pageOf(z.looseObject({ name: z.string() })).parse(list(input.parse(query)));
      seen.push(...items.map(({ name }) => name));
      if (next === null) break;
      t.match(next, /^[\w-]+$/, "fit for a URL as it is");
      query = { limit, after: next };
    }
    t.same(
      seen,
      rows.map(({ name }) => name),
      `in pages of ${limit}`,
    );
  }
  t.equal(list(input.parse({})).items.length, 2, "the usual size");
  t.same(
    cutPage([], 5, () => ["never asked"]),
    { items: [], next: null },
  );
  t.end();
});

void t.test("what is no cursor of this list is refused where it stands", (t) => {
  const other = cutPage([1, 2], 1, (n) => [n]).next ?? "";
  for (const after of ["", "x", "b_1", other, Buffer.from("[1").toString("base64url"), "A".repeat(2001)]) {
    const read = input.safeParse({ after });
    t.match(read.error?.issues, [{ path: ["after"] }], after.slice(0, 20));
  }
  for (const limit of ["0", "4", "1.5", "x"]) t.notOk(input.safeParse({ limit }).success, limit);
  t.end();
});
