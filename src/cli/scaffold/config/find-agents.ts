import type { Expression, ObjectExpression, Program } from "oxc-parser";

/** The object that a config module's `agents` are written out in, or null where they are computed or imported. */
export function findAgents(program: Program, isJson: boolean): ObjectExpression | null {
  const [first] = program.body;
  const exported = !isJson
    ? exportedValue(program)
    : first?.type === "ExpressionStatement"
      ? first.expression
      : null;
  const config = exported === null ? null : objectOf(exported, program);
  // Of a key that is there twice the later one counts.
  const agents = config?.properties.findLast((property) => keyOf(property) === "agents");
  return agents?.type === "Property" ? objectOf(agents.value, program) : null;
}

/** `export default …`, `export { x as default }` or `module.exports = …`. */
function exportedValue(program: Program): Expression | null {
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration") {
      const { declaration } = statement;
      return declaration.type === "FunctionDeclaration" ||
        declaration.type === "ClassDeclaration" ||
        declaration.type === "TSInterfaceDeclaration"
        ? null
        : declaration;
    }
    if (statement.type === "ExportNamedDeclaration" && statement.source === null) {
      const specifier = statement.specifiers.find(
        ({ exported }) => exported.type === "Identifier" && exported.name === "default",
      );
      if (specifier?.local.type === "Identifier") return constant(program, specifier.local.name);
    }
    if (statement.type === "ExpressionStatement" && statement.expression.type === "AssignmentExpression") {
      const { left, right } = statement.expression;
      if (
        left.type === "MemberExpression" &&
        left.object.type === "Identifier" &&
        left.object.name === "module" &&
        left.property.type === "Identifier" &&
        left.property.name === "exports"
      )
        return right;
    }
  }
  return null;
}

/** The object behind brackets, `satisfies`, `as`, `defineConfig(…)` and a constant's name. */
function objectOf(expression: Expression, program: Program): ObjectExpression | null {
  if (expression.type === "ObjectExpression") return expression;
  if (
    expression.type === "ParenthesizedExpression" ||
    expression.type === "TSSatisfiesExpression" ||
    expression.type === "TSAsExpression" ||
    expression.type === "TSTypeAssertion" ||
    expression.type === "TSNonNullExpression"
  )
    return objectOf(expression.expression, program);
  if (expression.type === "CallExpression") {
    const [argument] = expression.arguments;
    return argument === undefined || argument.type === "SpreadElement" ? null : objectOf(argument, program);
  }
  const value = expression.type === "Identifier" ? constant(program, expression.name) : null;
  return value === null ? null : objectOf(value, program);
}

function constant(program: Program, name: string): Expression | null {
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration" || declaration.kind !== "const") continue;
    for (const { id, init } of declaration.declarations)
      if (id.type === "Identifier" && id.name === name) return init;
  }
  return null;
}

function keyOf(property: ObjectExpression["properties"][number]): string | null {
  if (property.type !== "Property" || property.computed) return null;
  const { key } = property;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : null;
}

/** The local name of `agent`, where the module imports it. */
export function agentFunction(program: Program): string | null {
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration" || statement.source.value !== "agents-apphost") continue;
    for (const specifier of statement.specifiers) {
      if (specifier.type === "ImportNamespaceSpecifier") return `${specifier.local.name}.agent`;
      if (specifier.type !== "ImportSpecifier" || specifier.imported.type !== "Identifier") continue;
      if (specifier.imported.name === "agent") return specifier.local.name;
    }
  }
  return null;
}
