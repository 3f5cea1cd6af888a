// Node's own modules, asked for by name only. An `import` of one reads every name that it has, and some of them are got by
// loading what nobody here uses: Web Crypto behind `node:crypto`, all of fetch behind `node:http` (WebSocket), streams behind
// `node:fs`. That was a tenth of what a command costs, and the orchestrator and the sidecars' thread each paid it again.
import { readFileSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { parseSync } from "oxc-parser";

/** Rewrites a built file: `import { a as b } from "node:x"` becomes `const { a: b } = process.getBuiltinModule("node:x")`. */
export function leanBuiltins(file) {
  const code = readFileSync(file, "utf8");
  const { module, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0].message}`);
  const imports = module.staticImports.filter(({ moduleRequest }) => isBuiltin(moduleRequest.value));
  let rest = code;
  for (const { start, end } of imports.toReversed()) rest = rest.slice(0, start) + rest.slice(end);
  // In front of everything, as imports are: a module that is called before its turn has them too.
  const [, shebang = ""] = /^(#!.*\n)/u.exec(rest) ?? [];
  writeFileSync(file, shebang + imports.map(asConstant).join("") + rest.slice(shebang.length));
}

function asConstant({ moduleRequest, entries }) {
  const name = moduleRequest.value.startsWith("node:") ? moduleRequest.value : `node:${moduleRequest.value}`;
  const from = `process.getBuiltinModule(${JSON.stringify(name)})`;
  const named = entries.filter(({ importName }) => importName.kind === "Name");
  const whole = entries.filter(({ importName }) => importName.kind !== "Name");
  return [
    // The default of a builtin is the module itself.
    ...whole.map(({ localName }) => `const ${localName.value} = ${from};\n`),
    ...(named.length === 0
      ? []
      : [
          `const { ${named.map(({ importName, localName }) => pair(importName.name, localName.value)).join(", ")} } = ${from};\n`,
        ]),
  ].join("");
}

function pair(name, local) {
  return name === local ? name : `${name}: ${local}`;
}
