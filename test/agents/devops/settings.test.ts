import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";

await test("what is configured wrongly is told at the start", async (t) => {
  const system = await TestSystem.start(t, []);
  const wrong: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ DEVOPS_GITHUB_REPOSITORY: "hello" }, /"hello" is no repository/],
    [{ DEVOPS_GITHUB_REPOSITORY: "octo/hello" }, /DEVOPS_GITHUB_TOKEN is not set/],
    [
      { DEVOPS_GITHUB_REPOSITORY: "octo/hello", DEVOPS_GITHUB_TOKEN: "x", DEVOPS_GITHUB_API: "ftp://x" },
      /no http or https URL/,
    ],
  ];
  for (const [env, message] of wrong) {
    await t.rejects(system.agent("devops", env), { message });
    await system.gone("devops");
  }
});
