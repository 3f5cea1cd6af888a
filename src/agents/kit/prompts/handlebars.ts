import Handlebars from "handlebars";
import type { RenderTemplate } from "./template.ts";

const HELPERS = new Set(["if", "unless", "each", "with", "lookup"]);

/** Finds names at the top level of a template that the input does not have. Inside `each` and `with` names are free. */
class NameCheck extends Handlebars.Visitor {
  readonly unknown: { name: string; line: number; column: number }[] = [];
  readonly #known: ReadonlySet<string>;
  #depth = 0;

  constructor(known: ReadonlySet<string>) {
    super();
    this.#known = known;
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const head = "original" in block.path ? block.path.original : "";
    for (const param of block.params) this.accept(param);
    const opensScope = head !== "if" && head !== "unless";
    if (opensScope) this.#depth += 1;
    this.accept(block.program);
    if (opensScope) this.#depth -= 1;
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- the typings leave out that there may be no else
    if (block.inverse) this.accept(block.inverse);
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    const name = path.parts[0];
    if (this.#depth > 0 || path.data || name === undefined || path.depth > 0) return;
    if (HELPERS.has(name) || this.#known.has(name)) return;
    this.unknown.push({ name, line: path.loc.start.line, column: path.loc.start.column + 1 });
  }
}

/** @throws when the template cannot be parsed, or uses a name that the input does not have. */
export function compile(template: string, known: ReadonlySet<string> | null): RenderTemplate {
  const ast = Handlebars.parse(template);
  if (known !== null) {
    const check = new NameCheck(known);
    check.accept(ast);
    const [first] = check.unknown;
    if (first !== undefined) {
      throw new Error(
        `the template uses "${first.name}" (its line ${first.line}, column ${first.column}), which input does not have; ` +
          `it has ${[...known].join(", ") || "nothing"}`,
      );
    }
  }
  const render = Handlebars.compile<Readonly<Record<string, unknown>>>(ast, {
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: { if: true, unless: true, each: true, with: true, lookup: true },
  });
  return (input) => render(input).trim();
}
