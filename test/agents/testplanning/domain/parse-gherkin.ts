import { AstBuilder, GherkinClassicTokenMatcher, Parser } from "@cucumber/gherkin";
import { IdGenerator } from "@cucumber/messages";
import type { Feature, Scenario } from "@cucumber/messages";

/** Reads a Gherkin document with Cucumber's own parser; throws what it throws. */
export function parseGherkin(text: string): Feature {
  const parser = new Parser(new AstBuilder(IdGenerator.incrementing()), new GherkinClassicTokenMatcher());
  const { feature } = parser.parse(text);
  if (feature === undefined) throw new Error("The document holds no feature.");
  return feature;
}

/** Every scenario of a feature, those in rules included. */
export function scenariosOf(feature: Feature): readonly Scenario[] {
  return feature.children.flatMap(({ scenario, rule }) => [
    ...(scenario === undefined ? [] : [scenario]),
    ...(rule?.children.flatMap((child) => child.scenario ?? []) ?? []),
  ]);
}
