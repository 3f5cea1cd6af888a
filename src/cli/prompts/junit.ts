import type { PromptTestResult } from "./tool.ts";

/** The results as JUnit XML, a suite an agent: what CI systems read. */
export function junit(results: readonly PromptTestResult[]): string {
  const agents = [...new Set(results.map(({ agent }) => agent))];
  const suites = agents.map((agent) => {
    const own = results.filter((result) => result.agent === agent);
    return `  <testsuite name="${escape(agent)}" ${totals(own)}>\n${own.map(testCase).join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="prompts" ${totals(results)}>\n${suites.join("")}</testsuites>\n`;
}

function totals(results: readonly PromptTestResult[]): string {
  const count = (at: PromptTestResult["at"]): number => results.filter((result) => result.at === at).length;
  const seconds = results.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return `tests="${results.length}" failures="${count("failed")}" errors="${count("error")}" skipped="${count("skipped")}" time="${seconds.toFixed(3)}"`;
}

function testCase({ agent, prompt, test, file, at, reason, ms }: PromptTestResult): string {
  const head = `    <testcase classname="${escape(`${agent}/${prompt}`)}" name="${escape(test)}" file="${escape(file)}" time="${(ms / 1000).toFixed(3)}"`;
  if (at === "passed") return `${head}/>\n`;
  const element = { failed: "failure", error: "error", skipped: "skipped" }[at];
  return `${head}>\n      <${element} message="${escape(reason ?? "")}"/>\n    </testcase>\n`;
}

/** For an attribute: also without the characters that XML does not have at all. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "�")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}
