import { command } from "agents-apphost/kit";
import type { CommandRoute, HandlerContext } from "agents-apphost/kit";
import type { z } from "zod";
import type { ApproveSpecHandler } from "../application/approve-spec.ts";
import type { StoredSpec } from "../application/ports.ts";
import { versionOf } from "../domain/approval.ts";
import { approvalView, approveInput } from "./schemas.ts";
import type { storedSpecView } from "./schemas.ts";

/** What people say of specifications. */
export function approvalRoutes(approving: ApproveSpecHandler): readonly CommandRoute[] {
  return [
    command({
      name: "ApproveSpec",
      path: "/specs/{specId}/approve",
      description:
        "Says who stands up for a specification. Once more by the same person changes nothing; one that cannot be tested is a 409.",
      input: approveInput,
      output: approvalView,
      conditional: true,
      handler: async ({ note = null, ...about }, ctx) =>
        toView(await approving.handle({ ...about, note }, ctx), ctx),
    }),
  ];
}

/** A specification as it is shown, with its version as the ETag. */
export function toView(
  { spec, createdAt, approvals }: StoredSpec,
  ctx: HandlerContext,
): z.input<typeof storedSpecView> {
  ctx.noteVersion(versionOf(approvals.length));
  return { ...spec, createdAt, approved: approvals.length > 0, approvals: [...approvals] };
}
