import type { ModelResource } from "./model-resources.ts";

/** One environment: what differs there, and deployment settings as plain JSON data. */
export interface EnvironmentDefinition<Resource extends string = string, Name extends string = string> {
  /** Model that every agent which asks one asks here, in the place of those in its `uses`. */
  readonly model?: Resource | ModelResource;
  /** Where prompts come from here. */
  readonly prompts?: PromptsDefinition;
  readonly agents?: Readonly<Partial<Record<Name, EnvironmentAgentDefinition<Resource>>>>;
  readonly [setting: string]: unknown;
}

/** What differs for one agent in an environment. */
export interface EnvironmentAgentDefinition<Resource extends string = string> {
  /** Model that it asks here, whatever the environment says of the others. */
  readonly model?: Resource | ModelResource;
  readonly [setting: string]: unknown;
}

/** Where prompts come from. */
export type PromptsDefinition = string | GithubPrompts;

/** Prompts of a GitHub repository: `<path>/<agent>/<name>.yaml` at one commit. */
export interface GithubPrompts {
  readonly kind: "github";
  /** `owner/name` */
  readonly repo: string;
  /** A commit, which does not change, or a tag or branch, which is looked up at each start. */
  readonly ref: string;
  /** Folder inside the repository. Default `prompts`. */
  readonly path?: string;
  /** Base of the REST API for GitHub Enterprise: `https://github.example.com/api/v3`. Default `https://api.github.com`. */
  readonly api?: string;
  /**
   * Name of the environment variable that holds the token. Default `GITHUB_TOKEN`, else `GH_TOKEN`; with an `api` of one's
   * own `GH_ENTERPRISE_TOKEN`. Without one the repository has to be public.
   */
  readonly tokenFrom?: string;
}
