import Handlebars from "handlebars";

/** Fills one template. */
export type RenderTemplate = (input: Readonly<Record<string, unknown>>) => string;

const BLOCKS: ReadonlySet<string> = new Set(["if", "unless", "each", "with"]);
const THERE_ARE = "; there are #if, #unless, #each and #with, each with one value, and lookup with two";

type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression | hbs.AST.BlockStatement;

/**
 * Finds what would fail, or stand for nothing, when the template is rendered: Handlebars itself looks at helpers, partials and
 * decorators only then. Names are those of the input; inside `each` and `with` they are free.
 */
class TemplateCheck extends Handlebars.Visitor {
  readonly problems: string[] = [];
  /** Null: any name may be used. */
  readonly #known: ReadonlySet<string> | null;
  #depth = 0;

  constructor(known: ReadonlySet<string> | null) {
    super();
    this.#known = known;
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const head = headOf(block);
    if (BLOCKS.has(head) || isCall(block)) {
      if (!BLOCKS.has(head) || block.params.length !== 1) this.#refuse(`calls "#${head}"`, THERE_ARE, block);
    } else this.accept(block.path);
    for (const param of block.params) this.accept(param);
    const opensScope = head !== "if" && head !== "unless";
    if (opensScope) this.#depth += 1;
    this.accept(block.program);
    if (opensScope) this.#depth -= 1;
    this.accept(block.inverse);
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    const head = headOf(mustache);
    if (isCall(mustache) || head === "lookup" || BLOCKS.has(head)) this.#call(mustache);
    else this.accept(mustache.path);
  }

  override SubExpression(call: hbs.AST.SubExpression): void {
    this.#call(call);
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    this.#refuse("has a partial", ": put its text into the message", partial);
  }

  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    this.#refuse("has a partial", ": put its text into the message", partial);
  }

  override Decorator(decorator: hbs.AST.Decorator): void {
    this.#refuse("has a decorator", THERE_ARE, decorator);
  }

  override DecoratorBlock(decorator: hbs.AST.DecoratorBlock): void {
    this.#refuse("has a decorator", THERE_ARE, decorator);
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    const isRoot = path.data && path.parts[0] === "root";
    if (!isRoot && (this.#depth > 0 || path.data || path.depth > 0)) return;
    const name = path.parts[isRoot ? 1 : 0];
    if (name === undefined || this.#known === null || this.#known.has(name)) return;
    const there = [...this.#known].join(", ") || "nothing";
    this.#refuse(`uses "${name}"`, `, which input does not have; it has ${there}`, path);
  }

  #call(call: Call): void {
    const head = headOf(call);
    if (head !== "lookup" || call.params.length !== 2) this.#refuse(`calls "${head}"`, THERE_ARE, call);
    for (const param of call.params) this.accept(param);
  }

  #refuse(what: string, why: string, { loc: { start } }: hbs.AST.Node): void {
    this.problems.push(`the template ${what} (its line ${start.line}, column ${start.column + 1})${why}`);
  }
}

function headOf({ path }: Call): string {
  return "original" in path ? path.original : "";
}

/** As Handlebars sees it: with values, a name is that of a helper. */
function isCall({ params, hash }: Call): boolean {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- the typings leave out that there may be none
  return params.length > 0 || Boolean(hash);
}

/** @throws when the template cannot be parsed or rendered, or uses a name that the input does not have. */
export function compile(template: string, known: ReadonlySet<string> | null): RenderTemplate {
  const ast = Handlebars.parse(template);
  const check = new TemplateCheck(known);
  check.accept(ast);
  const [problem] = check.problems;
  if (problem !== undefined) throw new Error(problem);
  const render = Handlebars.compile<Readonly<Record<string, unknown>>>(ast, {
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: { if: true, unless: true, each: true, with: true, lookup: true },
  });
  return (input) => render(input).trim();
}
