import { command, query } from "agents-apphost/kit";
import type { CommandRoute, HandlerContext, QueryRoute } from "agents-apphost/kit";
import type { z } from "zod";
import type { Recipients, Suppressions } from "../application/ports.ts";
import type { RecipientCommands } from "../application/recipient-commands.ts";
import {
  addressInput,
  liftedView,
  listSuppressionsInput,
  preferencesInput,
  preferencesView,
  recipientInput,
  suppressInput,
  suppressionPage,
  suppressionView,
  toPreferencesView,
} from "./recipient-schemas.ts";

/** What the queries read. */
export interface Reading {
  readonly recipients: Recipients;
  readonly suppressions: Suppressions;
}

export function recipientCommandRoutes(
  commands: RecipientCommands,
  recipients: Recipients,
): readonly CommandRoute[] {
  return [
    command({
      name: "SetPreferences",
      method: "put",
      path: "/recipients/{recipient}/preferences",
      description:
        "Says what a recipient wants: channels, addresses, quiet hours, and what they do not want to hear of.",
      input: preferencesInput,
      output: preferencesView,
      conditional: true,
      handler: async ({ recipient, ...wanted }, ctx) => {
        await commands.setPreferences(recipient, wanted, ctx);
        return await show(recipients, recipient, ctx);
      },
    }),
    command({
      name: "ClearPreferences",
      method: "delete",
      path: "/recipients/{recipient}/preferences",
      description: "Takes back what a recipient has said: what holds for everybody holds again.",
      input: recipientInput,
      output: preferencesView,
      conditional: true,
      handler: async ({ recipient }, ctx) => {
        await commands.clearPreferences(recipient, ctx);
        return await show(recipients, recipient, ctx);
      },
    }),
    command({
      name: "SuppressAddress",
      method: "put",
      path: "/suppressions/{address}",
      description: "Puts an address on the list of those that nothing is sent to.",
      input: suppressInput,
      output: suppressionView,
      conditional: true,
      handler: async (input, ctx) => {
        await commands.suppress(input, ctx);
        return await commands.find(input.address, ctx);
      },
    }),
    command({
      name: "LiftSuppression",
      method: "delete",
      path: "/suppressions/{address}",
      description: "Takes an address off the list.",
      input: addressInput,
      output: liftedView,
      conditional: true,
      handler: async ({ address }, ctx) => {
        await commands.lift(address, ctx);
        return { address, suppressed: false as const };
      },
    }),
  ];
}

export function recipientQueryRoutes(
  commands: RecipientCommands,
  { recipients, suppressions }: Reading,
): readonly QueryRoute[] {
  return [
    query({
      name: "GetPreferences",
      path: "/recipients/{recipient}/preferences",
      description: "What a recipient wants; of somebody who has said nothing, what holds for everybody.",
      input: recipientInput,
      output: preferencesView,
      handler: async ({ recipient }, ctx) => await show(recipients, recipient, ctx),
    }),
    query({
      name: "ListSuppressions",
      path: "/suppressions",
      description:
        "The addresses that nothing is sent to, in pages; those whose time is over stand there until they are lifted.",
      input: listSuppressionsInput,
      output: suppressionPage,
      handler: async (filter) => {
        const page = await suppressions.list(filter);
        return { items: [...page.items], next: page.next };
      },
    }),
    query({
      name: "GetSuppression",
      path: "/suppressions/{address}",
      description: "Why nothing is sent to an address.",
      input: addressInput,
      output: suppressionView,
      handler: async ({ address }, ctx) => await commands.find(address, ctx),
    }),
  ];
}

async function show(
  recipients: Recipients,
  recipient: string,
  ctx: HandlerContext,
): Promise<z.input<typeof preferencesView>> {
  const { preferences, version } = await recipients.find(recipient);
  ctx.noteVersion(version);
  return toPreferencesView(recipient, preferences, version);
}
