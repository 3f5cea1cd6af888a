import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { readIfc } from "../../../src/agents/bimclassification/domain/ifc/ifc-reader.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { globalId, stepFile } from "./step-file.ts";

const API = "/api/bimclassification";

/** A file that is larger than a request may be, with a name in it that Latin-1 and UTF-8 write differently. */
function largeFile(): string {
  const points = Array.from(
    { length: 200_000 },
    (_, index) => `#${index + 10}=IFCCARTESIANPOINT((${index}.,0.,0.));`,
  );
  return stepFile(
    `#1=IFCWALL('${globalId(1)}',$,'Außenwand',$,$,$,$,$,$);\n${points.join("\n")}\n#2=IFCROOF('${globalId(2)}',$,'Dach',$,$,$,$,$,$);`,
  );
}

await test("a file of the folder is read and copied, in its own encoding, and no other file is", async (t) => {
  const system = await TestSystem.start(t, []);
  const dir = join(system.dir, "models");
  await mkdir(join(dir, "sub"), { recursive: true });
  const text = largeFile();
  t.ok(text.length > 4 * 1024 * 1024);
  await writeFile(join(dir, "latin1.ifc"), text, "latin1");
  await writeFile(join(dir, "sub", "utf8.ifc"), text, "utf8");
  await writeFile(join(system.dir, "outside.ifc"), text, "utf8");
  await symlink(join(system.dir, "outside.ifc"), join(dir, "link.ifc"));
  const agent = await system.agent("bimclassification", { BIMCLASSIFICATION_FILES_DIR: dir });
  const importing = async (file: string) => await agent.post(`${API}/elements`, { format: "ifc", file });

  t.match(await importing("latin1.ifc"), {
    body: { result: { imported: 2, source: "latin1.ifc", schema: "IFC4" } },
  });
  t.match((await agent.get(`${API}/elements/${globalId(1)}`)).body, { element: { name: "Außenwand" } });
  t.match(await importing("sub/utf8.ifc"), { body: { result: { unchanged: 2 } } });
  for (const file of ["../outside.ifc", "link.ifc", "none.ifc", "/etc/passwd", "latin1.ifc/x"])
    t.match(
      await importing(file),
      { status: 422, body: { errors: [{ path: "file", message: /there is no file/ }] } },
      file,
    );
  t.match(await importing("sub"), { status: 422, body: { errors: [{ message: "it is a folder" }] } });

  // As Excel writes "Unicode text", and a UTF-8 file with its mark, which stays where it is.
  await writeFile(join(dir, "table.txt"), "\uFEFFid\tifcClass\tname\r\nt1\tIfcDoor\tTür\r\n", "utf16le");
  t.match(await agent.post(`${API}/elements`, { format: "csv", file: "table.txt" }), {
    body: { result: { imported: 1 } },
  });
  t.match((await agent.get(`${API}/elements/t1`)).body, { element: { name: "Tür" } });
  await writeFile(join(dir, "mark.ifc"), `\uFEFF${text}`, "utf8");

  const wall = `${API}/elements/${globalId(1)}`;
  await agent.post(`${wall}/override`, { code: "B2010" });
  await agent.post(`${wall}/apply`, {});
  for (const [file, to, encoding] of [
    ["latin1.ifc", "sub/out-latin1.ifc", "latin1"],
    ["sub/utf8.ifc", "out-utf8.ifc", "utf8"],
    ["mark.ifc", "out-mark.ifc", "utf8"],
  ] as const) {
    t.match(await agent.post(`${API}/ifc`, { file, to }), {
      body: { result: { written: [globalId(1)], open: 1, content: null, file: to } },
    });
    const copy = await readFile(join(dir, to), encoding);
    t.match(readIfc(copy).elements[0], { name: "Außenwand", references: [{ code: "B2010" }] }, file);
    const before = await readFile(join(dir, file));
    const after = await readFile(join(dir, to));
    const end = before.lastIndexOf("ENDSEC;");
    t.ok(after.subarray(0, end).equals(before.subarray(0, end)), "the rest is as it was, byte by byte");
    t.equal(after.subarray(after.lastIndexOf("ENDSEC;")).toString(), "ENDSEC;\nEND-ISO-10303-21;\n");
    t.match(await agent.post(`${API}/ifc`, { file, to }), {
      status: 422,
      body: { errors: [{ path: "to" }] },
    });
  }
  t.match(await agent.post(`${API}/ifc`, { file: "latin1.ifc", to: "../out.ifc" }), { status: 422 });
});

await test("the user's own OmniClass table is read, and a broken one keeps the agent from starting", async (t) => {
  const system = await TestSystem.start(t, []);
  const file = join(system.dir, "omniclass.csv");
  await writeFile(file, "code,title,uniformat\n21-02,Group,\n21-02 20 10,Their own title,B2010\n");
  const env = { BIMCLASSIFICATION_OMNICLASS_FILE: file, BIMCLASSIFICATION_OMNICLASS_EDITION: "2013" };
  const agent = await system.agent("bimclassification", env);
  const wall = { id: "1", ifcClass: "IfcWall", properties: { IsExternal: true } };
  const number = { system: "OmniClass 21", edition: "2013", code: "21-02 20 10", title: "Their own title" };
  t.match((await agent.post(`${API}/execute`, { elements: [wall] })).body, {
    result: { elements: [{ code: { code: "B2010" }, suggestion: { omniClass: number } }] },
  });
  const override = { code: "21-02 20 10", system: "OmniClass 21" };
  t.match((await agent.post(`${API}/elements/1/override`, override)).body, { result: { code: number } });
  t.match(await agent.post(`${API}/elements/1/override`, { ...override, code: "21-03" }), { status: 422 });
  // A code of UniFormat 2010 says which number is meant, and is none itself.
  t.match(await agent.post(`${API}/elements/1/override`, { ...override, code: "b2010" }), {
    status: 422,
    body: { errors: [{ path: "code", message: /did you mean 21-02 20 10 Their own title\?/ }] },
  });
  t.match((await agent.get(`${API}/codes?system=omniclass%2021`)).body, {
    codes: [{ code: "21-02" }, { level: 3 }],
  });
  await agent.kill();

  const wrong: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ["code,title\n21-9,x\n", {}, /row 2: "21-9" is no OmniClass 21 number/],
    ["number,name\n", {}, /row 1 has the columns number, name; expected code, title/],
    ["", {}, /the file is empty/],
    ["code,title\n", { BIMCLASSIFICATION_OMNICLASS_EDITION: "" }, /a code means nothing without its edition/],
    ["code,title\n", { BIMCLASSIFICATION_OMNICLASS_FILE: join(system.dir, "none.csv") }, /ENOENT/],
    ["code,title\n", { BIMCLASSIFICATION_AUTO_APPROVE_ABOVE: "95%" }, /"95%" is no confidence/],
  ];
  for (const [table, more, message] of wrong) {
    await writeFile(file, table);
    await t.rejects(system.agent("bimclassification", { ...env, ...more }), { message });
    await system.gone("bimclassification");
  }
});
