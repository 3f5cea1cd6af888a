import type { HandlerContext, Page } from "agents-apphost/kit";
import type { ClassificationEvent } from "../domain/classification-event.ts";
import type { Classification, KnownClassification } from "../domain/classification.ts";
import type { ClassificationCode } from "../domain/codes/code-table.ts";
import type { ColumnMapping, TableRow } from "../domain/csv-table.ts";
import type { ClassificationCommand, TransitionRefused } from "../domain/decide.ts";
import type { Element } from "../domain/element.ts";
import type { AppliedCode } from "../domain/ifc/write-references.ts";
import type { Agreement, Opinion } from "../domain/suggestion.ts";

/** One entry of an element's history. */
export interface HistoryEntry {
  readonly time: string;
  readonly correlationId: string | null;
  readonly event: ClassificationEvent;
}

/** The classification of an element with how it came to be what it is. */
export interface ClassificationHistory {
  readonly elementId: string;
  /** Number of its events; 0 for an element that was never imported. */
  readonly version: number;
  readonly state: Classification;
  readonly history: readonly HistoryEntry[];
}

/** What is to be done to one element. */
export interface Work {
  readonly elementId: string;
  readonly commands: readonly ClassificationCommand[];
}

/** What came of it. */
export interface Outcome {
  readonly elementId: string;
  readonly version: number;
  readonly state: KnownClassification;
  /** The new events only. */
  readonly events: readonly ClassificationEvent[];
}

/** One run of suggestions, for the event about it. */
export interface Run {
  readonly runId: string;
  readonly withoutSuggestion: readonly { readonly elementId: string; readonly reason: string }[];
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
}

/** What is to be done to one element, whatever becomes of the others. */
export interface Attempt {
  readonly elementId: string;
  readonly command: ClassificationCommand;
  /** Of the element as it was seen; null: whichever it has. */
  readonly version: number | null;
}

/** What came of it: done (perhaps without a new event, as it was so already), or why not. */
export type Attempted =
  | { readonly at: "decided"; readonly outcome: Outcome }
  | { readonly at: "unknown"; readonly elementId: string }
  /** Somebody else has changed it since it was seen. */
  | { readonly at: "moved"; readonly elementId: string; readonly version: number }
  | {
      readonly at: "refused";
      readonly elementId: string;
      readonly command: ClassificationCommand["type"];
      readonly error: TransitionRefused;
    };

/** One line of the list of elements. */
export interface ElementRow {
  readonly elementId: string;
  readonly version: number;
  readonly ifcClass: string;
  readonly name: string | null;
  readonly at: KnownClassification["at"];
  readonly code: string | null;
  /** The present suggestion, or the one that led to the present code. */
  readonly suggestionId: string | null;
  readonly confidence: number | null;
  readonly agreement: Agreement | null;
  readonly source: string;
  readonly importedAt: string;
  readonly updatedAt: string;
}

/** Which elements are meant; what is left out does not matter. */
export interface ElementFilter {
  readonly at: readonly ElementRow["at"][];
  readonly code?: ClassificationCode | undefined;
  readonly confidenceAtLeast?: number | undefined;
  readonly agreement?: readonly Agreement[] | undefined;
  readonly ifcClass?: string | undefined;
  readonly source?: string | undefined;
}

/** Which part of a list is wanted: so many elements, behind the one with this time of import and key. */
export interface PagePart {
  readonly limit: number;
  readonly after?: readonly [importedAt: string, key: string] | undefined;
}

/** Port to the stored classifications. */
export interface Classifications {
  load(elementId: string): Promise<ClassificationHistory>;
  /**
   * Decides and stores what the commands lead to, with the events to be published, in one transaction: all of it or nothing.
   *
   * @throws TransitionRefused when a command does not fit its element's state.
   */
  record(ctx: HandlerContext, work: readonly Work[], run?: Run): Promise<readonly Outcome[]>;
  /** The same in one transaction, each element for itself: what one is refused does not hold up the others. */
  recordEach(ctx: HandlerContext, attempts: readonly Attempt[]): Promise<readonly Attempted[]>;
  /**
   * The elements that this very command has decided on already, as they are now; null when it has not. It comes again where
   * its process died before it was answered, and a filter would find others then.
   */
  earlier(ctx: HandlerContext): Promise<readonly Outcome[] | null>;
}

/** Port to the list of all elements, in the order of the import. */
export interface ElementList {
  page(filter: ElementFilter, part: PagePart): Promise<Page<ElementRow>>;
  count(filter: ElementFilter): Promise<number>;
  /** The codes of those that are applied. */
  applied(elementIds: readonly string[]): Promise<readonly AppliedCode[]>;
}

/** Port to whoever has an opinion beside the rules. */
export interface Classifier {
  /** @throws ModelUnavailable when no model can answer. */
  opinion(ctx: HandlerContext, element: Element): Promise<Opinion>;
}

/** Port to the rows of a CSV text. @throws Problem 422 when it is no table. */
export type ReadCsv = (
  text: string,
) => Promise<{ readonly header: TableRow; readonly rows: readonly TableRow[] }>;

/** Port to the folder that files may be taken from and written to. */
export interface ModelFiles {
  /** The text of a file, piece by piece. @throws Problem 422 for a file that is not there. */
  pieces(file: string): AsyncIterable<string>;
  /** Writes a copy with `added` put in behind so many characters; never over a file that is there. @throws Problem */
  copyWith(
    file: string,
    to: string,
    added: { readonly offset: number; readonly text: string },
  ): Promise<void>;
}

/** Where elements come from. */
export type ImportInput =
  | { readonly format: "elements"; readonly elements: readonly Element[]; readonly source: string | null }
  | {
      readonly format: "csv";
      readonly from: TextInput;
      readonly columns: ColumnMapping;
      readonly source: string | null;
    }
  | { readonly format: "ifc"; readonly from: TextInput; readonly source: string | null };

/** A text that was sent, or the name of a file in the folder. */
export type TextInput = { readonly content: string } | { readonly file: string };

/** The codes that there are: UNIFORMAT II, and the user's own table. */
export interface Codes {
  /** A code of one of the systems, or undefined: a closed list knows no other. */
  find(system: string, code: string): ClassificationCode | undefined;
  /** The user's own number for a UNIFORMAT II code. */
  omniClassOf(code: string): ClassificationCode | null;
  /** Names of the systems that there are tables of. */
  readonly systems: readonly string[];
}
