import { command, invalid } from "agents-apphost/kit";
import type { CommandRoute } from "agents-apphost/kit";
import type { z } from "zod";
import type { PrioritiseTestsHandler } from "../application/prioritise-tests.ts";
import { FormulaUnreadable, placesOf, readFormula } from "../domain/decision/formula.ts";
import { designMcdc, FormulaTooLarge } from "../domain/decision/mcdc.ts";
import { analyseTable, ANY, MAX_COMBINATIONS, type When } from "../domain/decision/rule-table.ts";
import { tableFeature } from "../domain/gherkin/table-feature.ts";
import * as schemas from "./calculation-schemas.ts";

const NO_SUCH_CONDITION = "there is no condition of this name";

/** Commands that only compute: they keep nothing and publish nothing. */
export function calculationRoutes(priorities: PrioritiseTestsHandler): readonly CommandRoute[] {
  return [
    command({
      name: "DesignMcdc",
      path: "/mcdc",
      description: "A smallest set of tests for modified condition/decision coverage of a formula.",
      input: schemas.formulaInput,
      output: schemas.formulaView,
      handler: ({ formula, impossible }) => {
        try {
          const read = readFormula(formula);
          const known = placesOf(read);
          for (const [at, each] of impossible.entries()) {
            const strange = Object.keys(each).find((name) => !known.includes(name));
            if (strange !== undefined) throw refused(`impossible[${at}].${strange}`, NO_SUCH_CONDITION);
          }
          const { conditions, tests, shown, ...rest } = designMcdc(read, impossible);
          return {
            ...rest,
            conditions: [...conditions],
            tests: [...tests],
            shown: shown.map((each) => ({ ...each, tests: each.tests === null ? null : [...each.tests] })),
          };
        } catch (error) {
          if (error instanceof FormulaUnreadable || error instanceof FormulaTooLarge)
            throw invalid(`formula: ${error.message}`, [{ path: "formula", message: error.message }]);
          throw error;
        }
      },
    }),
    command({
      name: "DesignDecisionTable",
      path: "/decision-tables",
      description: "Whether rules are complete and free of contradictions, and their collapsed table.",
      input: schemas.tableInput,
      output: schemas.tableView,
      handler: (input) => designTable(input),
    }),
    command({
      name: "PrioritizeTests",
      path: "/priorities",
      description: "In which order to run tests, and why, by one fixed rule.",
      input: schemas.priorityInput,
      output: schemas.priorityView,
      handler: async ({ budgetMs = null, ...input }) => {
        assertUnique(
          "tests",
          input.tests.map(({ id }) => id),
        );
        const items = await priorities.handle({ ...input, budgetMs });
        return { items: items.map((each) => ({ ...each, reasons: [...each.reasons] })) };
      },
    }),
  ];
}

type TableRequest = z.output<typeof schemas.tableInput>;
type Cells = TableRequest["impossible"][number];

function designTable({ name, conditions, rules, otherwise, impossible }: TableRequest) {
  const combinations = conditions.reduce((product, { values }) => product * values.length, 1);
  if (combinations > MAX_COMBINATIONS)
    throw refused("conditions", `they have ${combinations} combinations; ${MAX_COMBINATIONS} are the most`);
  assertUnique(
    "conditions",
    conditions.map((each) => each.name),
  );
  for (const { name: of, values } of conditions) assertUnique(`conditions.${of}`, values);
  const named = rules.map(({ id, ...rule }, index) => ({ ...rule, id: id ?? String(index + 1) }));
  assertUnique(
    "rules",
    named.map(({ id }) => id),
  );
  const input = {
    conditions,
    rules: named.map(({ id, when, actions }, index) => ({
      id,
      when: toWhen(when, `rules[${index}].when`, conditions),
      actions,
    })),
    otherwise: otherwise ?? null,
    impossible: impossible.map((each, index) => toWhen(each, `impossible[${index}]`, conditions)),
  };
  const table = analyseTable(input);
  return {
    name,
    conditions,
    ...table,
    missing: table.missing.map((row) => [...row]),
    contradictions: table.contradictions.map((each) => ({
      ...each,
      rules: [...each.rules],
      row: [...each.row],
    })),
    redundant: [...table.redundant],
    collapsed: table.collapsed.map(({ row, actions, test, rules: from, combinations: count }) => ({
      row: [...row],
      actions: [...actions],
      combinations: count,
      test: [...test],
      rules: [...from],
    })),
    gherkin: tableFeature(name, conditions, table),
  };
}

function toWhen(cells: Cells, path: string, conditions: TableRequest["conditions"]): When {
  const entries = Object.entries(cells).flatMap(([name, given]): [string, string[]][] => {
    const condition = conditions.find((each) => each.name === name);
    if (condition === undefined) throw refused(`${path}.${name}`, NO_SUCH_CONDITION);
    const values = typeof given === "string" ? [given] : given;
    if (values.includes(ANY) && !condition.values.includes(ANY)) return [];
    const strange = values.find((value) => !condition.values.includes(value));
    if (strange !== undefined)
      throw refused(`${path}.${name}`, `"${strange}" is none of ${condition.values.join(", ")}, nor ${ANY}`);
    return [[name, values]];
  });
  return Object.fromEntries(entries);
}

function assertUnique(path: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refused(path, `"${twice}" is given twice`);
}

function refused(path: string, message: string): Error {
  return invalid(`${path}: ${message}`, [{ path, message }]);
}
