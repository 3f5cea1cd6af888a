import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import { publishedFor } from "./published-for.ts";

const API = "/api/implementation";
const WEAK = "node.innerHTML = user.bio;";

function added(file: string, lines: readonly string[]): string {
  const head = `--- /dev/null\n+++ b/${file}\n@@ -0,0 +1,${lines.length} @@\n`;
  return `${head}${lines.map((line) => `+${line}\n`).join("")}`;
}

/** So many files with a weak line each. */
function manyFiles(count: number, name = "a.js"): string {
  return Array.from({ length: count }, (_, at) => added(`${at}/${name}`, [WEAK])).join("");
}

type Item = Readonly<Record<string, unknown>>;

await test("every list is read in pages: what comes meanwhile is not shown twice and hides nothing", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const post = async (path: string, body: object): Promise<void> => {
    const { status } = await agent.post(`${API}${path}`, body);
    t.equal(status, 200);
  };
  const makes = {
    artefacts: (n: number) =>
      post("/execute", { spec: publishedFor(`The quantity must be at least ${n}.`, `spec-${n}`) }),
    reviews: (n: number) => post("/reviews", { diff: added(`src/${n}.js`, [WEAK, WEAK]) }),
    refactorings: (n: number) =>
      post("/refactorings", { file: `${n}.ts`, content: 'if (typeof a == "string") go();\n' }),
  };
  const page = async (path: string, query: string): Promise<{ items: readonly Item[]; next: unknown }> => {
    const { body } = await agent.get(`${API}${path}?limit=2${query}`);
    return { items: body["items"] as Item[], next: body["next"] };
  };
  for (let n = 1; n <= 3; n += 1) {
    await makes.artefacts(n);
    await makes.reviews(n);
    await makes.refactorings(n);
  }
  const lists: readonly (readonly [
    string,
    () => Promise<void>,
    (item: Item) => unknown,
    readonly unknown[],
  ])[] = [
    ["/artefacts", () => makes.artefacts(4), ({ specId }) => specId, ["spec-3", "spec-2", "spec-1"]],
    ["/refactorings", () => makes.refactorings(4), ({ files }) => files, [["3.ts"], ["2.ts"], ["1.ts"]]],
    ["/reviews", () => makes.reviews(4), ({ findings }) => findings, [2, 2, 2]],
    [
      "/findings",
      () => makes.reviews(5),
      ({ file, line }) => `${String(file)}:${String(line)}`,
      // The review that was made meanwhile in the list before is the newest.
      [4, 3, 2, 1].flatMap((n) => [`src/${n}.js:1`, `src/${n}.js:2`]),
    ],
  ];
  let other = "7";
  for (const [path, meanwhile, nameOf, expected] of lists) {
    const seen: unknown[] = [];
    for (let query = "", more = true; more;) {
      const { items, next } = await page(path, query);
      seen.push(...items.map(nameOf));
      if (query === "") await meanwhile();
      more = next !== null;
      query = `&after=${String(next)}`;
    }
    t.strictSame(seen, expected, path);
    t.match(
      await agent.get(`${API}${path}?after=${other}`),
      { status: 422, body: { errors: [{ path: "after" }] } },
      `${path} refuses what is no cursor, or is one of the list before`,
    );
    other = String((await page(path, "")).next);
  }
});

await test("of very many findings the most severe are listed, and the others counted", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const weak = Array.from({ length: 9998 }, () => WEAK);
  const diff = added("a.js", ['createHash("md5");', ...weak, "exec(`ls ${name}`);"]);
  const { body, status } = await agent.post(`${API}/reviews`, { diff });
  t.equal(status, 200);
  const result = body["result"] as { findings: Item[]; omitted: number; reviewId: string };
  t.match(result, {
    verdict: "changes-requested",
    omitted: 9700,
    findings: { length: 300, 0: { cwe: "CWE-327", line: 1 }, 299: { cwe: "CWE-78", line: 10_000 } },
    summary:
      "10000 findings (CWE-327, CWE-79, CWE-78) in 10000 added lines in 1 file. The 300 most severe are listed.",
  });
  t.match((await agent.get(`${API}/reviews`)).body, { items: [{ findings: 10_000 }] });
});

await test("a diff of more files than a review can hold is refused with what to do", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  t.match(await agent.post(`${API}/reviews`, { diff: manyFiles(2001) }), {
    status: 422,
    body: { errors: [{ path: "diff", message: /2001 files.*send it in parts/ }] },
  });
  t.match(await agent.post(`${API}/reviews`, { diff: manyFiles(2, `${"x".repeat(1000)}.js`) }), {
    status: 422,
    body: { errors: [{ path: "diff", message: /a path in it has more than 1000/ }] },
  });
  t.equal(
    (await agent.post(`${API}/reviews`, { diff: manyFiles(2000, `${"x".repeat(400)}.js`) })).status,
    200,
  );
});
