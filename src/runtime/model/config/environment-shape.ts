import { label, path, SAFE_URL, secretName } from "./common-shapes.ts";
import type { Shape } from "./shape.ts";
import { choice, object, open, optional, record, reference, required, text } from "./shape.ts";

/** Where prompts come from. */
export const prompts: Shape = {
  is: "either",
  what: "where prompts come from",
  expected: 'a folder such as "prompts", or a github source',
  of: [
    path("a folder"),
    {
      is: "variant",
      what: "a source of prompts",
      by: "kind",
      of: {
        github: object("a github source", {
          kind: required(choice("a kind", ["github"]), "What it is."),
          repo: required(
            text("a repository", "owner/name", /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/),
            "The repository: owner/name.",
          ),
          ref: required(
            text("a ref", "a commit, a tag or a branch", /^(?!-)[^\s~^:?*[\\]+$/),
            "A commit (does not change), a tag or a branch (looked up at each start).",
          ),
          path: optional(
            text(
              "a folder",
              "a folder inside the repository, without a leading / and ..",
              /^(?!\/)(?!.*(^|\/)\.\.?(\/|$)).+$/,
            ),
            "Folder that holds <agent>/<name>.yaml. Default prompts.",
          ),
          api: optional(
            text("a URL", "an API's base such as https://github.example.com/api/v3", SAFE_URL),
            "Base of the REST API, for GitHub Enterprise. Default https://api.github.com.",
          ),
          tokenFrom: optional(
            secretName("GITHUB_TOKEN"),
            "Name of the environment variable that holds the token. Default GITHUB_TOKEN, else GH_TOKEN; GH_ENTERPRISE_TOKEN with an api of one's own.",
          ),
        }),
      },
    },
  ],
};

/** What differs in an environment. */
export const environmentSettings = open("an environment", {
  model: optional(
    reference,
    "Model that every agent which asks one asks here: an ollama or azureopenai resource.",
  ),
  prompts: optional(prompts, "Where prompts come from here."),
  agents: optional(
    record(
      "agents by name",
      label("an agent name"),
      open("what differs for an agent", {
        model: optional(reference, "Model that this agent asks here."),
      }),
    ),
    "What differs for single agents.",
  ),
});
