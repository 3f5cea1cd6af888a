import type { TestCase } from "../design/design.ts";
import type { Technique } from "../design/draft.ts";
import { subjectOf, type FieldRule } from "./fields.ts";
import type { Judge } from "./judge.ts";
import type { Input, Operation, Status } from "./operation.ts";
import { type ApiRequest, baseRequest, fitsDocument, requestOf, shortened } from "./requests.ts";

/** One request and the status that the document promises for it. */
export interface ApiCase {
  readonly id: string;
  readonly title: string;
  /** As the document writes it: `200`, `4XX`, `default`; null where it promises none. */
  readonly status: string | null;
  /** Null where no request could be made from the document alone. */
  readonly request: ApiRequest | null;
  /** What has to be so before; null when nothing has. */
  readonly arrange: string | null;
  /** The case of a rule that it comes from. */
  readonly caseId: string | null;
  readonly technique: Technique;
}

type Draft = Omit<ApiCase, "id">;

/** Every documented status has a case, and every case of a rule that a request can carry is one. */
export function apiCases(
  operation: Operation,
  rules: readonly FieldRule[],
  cases: readonly TestCase[],
  judge: Judge,
): { readonly cases: ApiCase[]; readonly gaps: string[]; readonly notes: string[] } {
  const gaps: string[] = [];
  const base = baseRequest(operation, judge);
  const request = base.at === "made" ? base.request : null;
  if (base.at === "missing")
    gaps.push(`No valid value is known of ${base.input}: give the schema an example.`);
  const { statuses } = operation;
  const success = statuses.find(({ key }) => /^[23]/u.test(key)) ?? find(statuses, ["default"]);
  const refused = find(
    statuses,
    operation.contentType === null ? ["400", "422", "4XX", "default"] : ["422", "400", "4XX", "default"],
  );
  if (statuses.length === 0) gaps.push("It documents no status at all.");
  else if (success === undefined) gaps.push("It documents no status for success.");
  const drafts: Draft[] = [];
  const from = { caseId: null, arrange: null, technique: "equivalence-partitioning" } as const;
  if (success !== undefined)
    drafts.push({
      ...from,
      title: "A valid request with what is required and nothing else",
      status: success.key,
      request,
    });
  const made = request === null ? [] : variantsOf(request, rules, cases);
  const variants = made.filter(({ draft, input, expected }) => {
    const fits = draft.request === null ? null : fitsDocument(draft.request, input, judge);
    return fits === null || fits === (expected === "accept");
  });
  const left = made.length - variants.length;
  drafts.push(
    ...variants.map(({ draft, expected }) => ({
      ...draft,
      status: (expected === "accept" ? success : refused)?.key ?? null,
    })),
  );
  if (variants.some(({ expected }) => expected === "reject") && refused === undefined)
    gaps.push("It refuses invalid input and documents no status for that (400, 422, 4XX or default).");
  if (operation.secured && find(statuses, ["401", "403", "4XX", "default"]) === undefined)
    gaps.push("It needs credentials and documents no status for their lack (401 or 403).");
  const answered = new Set(drafts.map(({ status }) => status));
  drafts.push(
    ...statuses.filter(({ key }) => !answered.has(key)).map((each) => statusCase(each, request, operation)),
  );
  return {
    cases: drafts.map((draft, index) => ({
      id: `${operation.id}-API${String(index + 1).padStart(2, "0")}`,
      ...draft,
      request: draft.request === null ? null : shortened(draft.request),
    })),
    gaps,
    notes: left === 0 ? [] : [`${left} requests are left out: the rest of their schema says otherwise.`],
  };
}

function find(statuses: readonly Status[], keys: readonly string[]): Status | undefined {
  return keys.flatMap((key) => statuses.find((each) => each.key === key) ?? [])[0];
}

interface Variant {
  readonly draft: Omit<Draft, "status">;
  readonly expected: "accept" | "reject";
  /** The input that it changes. */
  readonly input: Input;
}

function variantsOf(base: ApiRequest, rules: readonly FieldRule[], cases: readonly TestCase[]): Variant[] {
  const seen = new Set([JSON.stringify(base)]);
  const isFresh = ({ draft: { request } }: Variant) => {
    const key = JSON.stringify(request);
    if (request === null || seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  return rules.flatMap(({ rule, field }) => {
    const presence = rule.constraint.kind === "presence";
    const own = cases.filter(({ ruleId }) => ruleId === rule.id);
    const made = own.map(({ id: caseId, title: about, technique, expected, input: value }): Variant => {
      const request = requestOf(base, field, { input: value, expected }, presence);
      const title = presence ? `${rule.subject} is missing` : `${rule.subject}: ${about}`;
      return { draft: { title, request, arrange: null, caseId, technique }, expected, input: field.input };
    });
    const both = presence ? made : [...made, ...nullVariant(base, rule.subject, field)];
    return both.filter(isFresh);
  });
}

/** JSON knows null: a value that may not be it is asked to refuse it. */
function nullVariant(base: ApiRequest, subject: string, field: FieldRule["field"]): Variant[] {
  const { input, path, schema } = field;
  if (input.in !== "body" || path.length === 0) return [];
  const request = requestOf(base, field, { input: null, expected: "reject" }, false);
  const about = { arrange: null, caseId: null, technique: "error-guessing" } as const;
  const expected = schema.nullable ? "accept" : "reject";
  return [{ draft: { ...about, title: `${subject}: null`, request }, expected, input }];
}

/** A case for a status that no input brings about: what has to be so is said in words. */
function statusCase({ key, description }: Status, request: ApiRequest | null, operation: Operation): Draft {
  const path = operation.inputs.find(({ in: place }) => place === "path");
  const arrange =
    {
      400: operation.contentType === null ? null : "The body is no JSON.",
      401: "The request carries no credentials.",
      403: "The credentials are good, and may not do this.",
      404: path === undefined ? null : `Nothing is there for the ${subjectOf({ input: path, path: [] })}.`,
      405: "The method is another one.",
      409: "The resource is in a state that forbids it.",
      412: "The version in If-Match is an old one.",
      415: "The body has another content type.",
      429: "The quota is used up.",
    }[key] ?? `It is arranged that the answer is ${key === "default" ? "none of the others" : key}.`;
  const said = description === "" ? "" : ` (${description.replaceAll(/\s+/gu, " ").trim().slice(0, 200)})`;
  return {
    title: `Status ${key}${said}`,
    status: key,
    request,
    arrange,
    caseId: null,
    technique: "error-guessing",
  };
}
