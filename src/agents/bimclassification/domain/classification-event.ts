import type { ClassificationCode } from "./codes/code-table.ts";
import type { Element } from "./element.ts";
import type { Suggestion } from "./suggestion.ts";

/** What happened to the classification of one element, oldest first: the only thing that is stored of it. */
export type ClassificationEvent =
  | { readonly type: "imported"; readonly data: { readonly element: Element; readonly source: string } }
  | { readonly type: "facts-changed"; readonly data: { readonly element: Element; readonly source: string } }
  | {
      readonly type: "suggested";
      readonly data: { readonly suggestionId: string; readonly suggestion: Suggestion };
    }
  | {
      readonly type: "approved";
      readonly data: {
        readonly suggestionId: string;
        readonly code: ClassificationCode;
        readonly by: Approver;
      };
    }
  | {
      readonly type: "rejected";
      readonly data: { readonly suggestionId: string; readonly reason: string; readonly by: string };
    }
  | { readonly type: "overridden"; readonly data: Override }
  | { readonly type: "applied"; readonly data: { readonly code: ClassificationCode; readonly by: string } };

/** Who approved: a person by name, or nobody, because what was configured let it pass. */
export type Approver =
  | { readonly kind: "person"; readonly name: string }
  | { readonly kind: "configuration"; readonly above: number };

/** A person's own code in the place of what was suggested. */
export interface Override {
  readonly code: ClassificationCode;
  readonly by: string;
  readonly reason: string | null;
}
