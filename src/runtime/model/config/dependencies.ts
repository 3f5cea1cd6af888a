import { isPlainObject, present } from "./check-shape.ts";
import type { Part } from "./parts.ts";
import { listOf, namesOf, partsOf } from "./parts.ts";
import type { Problem } from "./problem.ts";
import { broken, join, wrong } from "./problem.ts";
import { nameOf } from "./references.ts";

/** What is wrong with who waits for whom: names that do not exist, conditions that can never hold, circles. */
export function checkDependencies(raw: unknown): readonly Problem[] {
  const parts = [...partsOf(raw, "resources"), ...partsOf(raw, "agents")];
  const names = [...namesOf(raw, "resources"), ...namesOf(raw, "agents")];
  const kinds = new Map(parts.map(({ name, value }) => [name, value["kind"]]));
  const single = parts.flatMap((part) =>
    dependsOn(part).flatMap(([name, condition]) => {
      const path = join(`${part.path}.dependsOn`, name);
      if (!names.includes(name))
        return [
          wrong(
            path,
            name,
            { what: "an agent or a resource", expected: `one of ${names.join(", ")}` },
            names,
          ),
        ];
      return checkCondition(path, name, condition, kinds.get(name) === "task");
    }),
  );
  return [...single, ...checkCircles(parts, raw)];
}

function checkCondition(path: string, name: string, condition: unknown, isTask: boolean): readonly Problem[] {
  if (condition === "completed" && !isTask) {
    const message = `${JSON.stringify(name)} does not complete, only a task does: expected "ready" or "started".`;
    return [broken(path, message, '"ready" or "started"', condition)];
  }
  if (condition === "ready" && isTask) {
    const message = `${JSON.stringify(name)} is a task, which is never ready: expected "completed" or "started".`;
    return [broken(path, message, '"completed" or "started"', condition)];
  }
  return [];
}

/** One problem for each circle, at the first of its members. */
function checkCircles(parts: readonly Part[], raw: unknown): readonly Problem[] {
  const waitsFor = new Map(parts.map((part) => [part.name, edgesOf(part, raw)]));
  const done = new Set<string>();
  const problems: Problem[] = [];
  const visit = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) problems.push(circle([...trail.slice(start), name], parts));
    if (start >= 0 || done.has(name)) return;
    for (const next of waitsFor.get(name) ?? []) visit(next, [...trail, name]);
    done.add(name);
  };
  for (const { name } of parts) visit(name, []);
  return problems;
}

function circle(names: readonly string[], parts: readonly Part[]): Problem {
  const [first = "", ...rest] = names;
  const path = `${parts.find(({ name }) => name === first)?.path ?? first}.dependsOn`;
  const text = `${first} waits for ${rest.join(", which waits for ")}: none of them could ever start.`;
  return { ...broken(path, text, "dependencies without a circle", first), found: names.join(" → ") };
}

function edgesOf(part: Part, raw: unknown): readonly string[] {
  const uses = listOf(part.value["uses"]).map((use) => nameOf(use, raw));
  return [...dependsOn(part).map(([name]) => name), ...uses.filter((name) => name !== null)];
}

function dependsOn({ value }: Part): readonly (readonly [string, unknown])[] {
  return isPlainObject(value["dependsOn"]) ? present(value["dependsOn"]) : [];
}
