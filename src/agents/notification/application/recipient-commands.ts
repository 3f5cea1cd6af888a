import type { HandlerContext, ProblemIssue } from "agents-apphost/kit";
import { invalid, notFound } from "agents-apphost/kit";
import { kindOf } from "../domain/channels.ts";
import type { Preferences } from "../domain/preferences.ts";
import { parseRecipient, recipientKey, recipientText } from "../domain/recipient.ts";
import { isActive } from "../domain/suppression.ts";
import type { Suppression, SuppressionReason } from "../domain/suppression.ts";
import { checkRecipient } from "./check-recipient.ts";
import type { PhoneNumbers, Recipients, Suppressions, Zones } from "./ports.ts";

/** What recipients want, and where nothing is sent any more. */
export class RecipientCommands {
  readonly #recipients: Recipients;
  readonly #suppressions: Suppressions;
  readonly #phones: PhoneNumbers;
  readonly #zones: Zones;
  readonly #clock: () => Date;

  constructor(options: {
    readonly recipients: Recipients;
    readonly suppressions: Suppressions;
    readonly phones: PhoneNumbers;
    readonly zones: Zones;
    readonly clock: () => Date;
  }) {
    this.#recipients = options.recipients;
    this.#suppressions = options.suppressions;
    this.#phones = options.phones;
    this.#zones = options.zones;
    this.#clock = options.clock;
  }

  /** @throws Problem 422 for a recipient, an address or a time zone that is none. */
  async setPreferences(recipient: string, wanted: Preferences, ctx: HandlerContext): Promise<number> {
    const issues = await this.#issues(recipient, wanted);
    const [first] = issues;
    if (first !== undefined) throw invalid(`${first.path}: ${first.message}`, issues);
    const addresses = Object.entries(wanted.addresses).map(
      ([channel, to]) => [channel, written(to)] as const,
    );
    return await this.#recipients.save(ctx, recipient, {
      ...wanted,
      addresses: Object.fromEntries(addresses),
    });
  }

  /** Takes all of it back: what holds for everybody holds again. */
  async clearPreferences(recipient: string, ctx: HandlerContext): Promise<number> {
    return await this.#recipients.save(ctx, recipient, null);
  }

  /** @throws Problem 422 for an address that is none, and for one that expires before it begins. */
  async suppress(
    wanted: {
      readonly address: string;
      readonly reason: SuppressionReason;
      readonly expiresAt: string | null;
      readonly note: string | null;
    },
    ctx: HandlerContext,
  ): Promise<Suppression> {
    const since = this.#clock().toISOString();
    const expiresAt = wanted.expiresAt === null ? null : new Date(wanted.expiresAt).toISOString();
    const checked = isDevice(wanted.address)
      ? ({ ok: true, recipient: wanted.address } as const)
      : await checkRecipient(wanted.address, this.#phones);
    if (!checked.ok)
      throw invalid(`address: ${checked.problem}`, [{ path: "address", message: checked.problem }]);
    if (expiresAt !== null && expiresAt <= since) {
      const message = "it would have expired already";
      throw invalid(`expiresAt: ${message}`, [{ path: "expiresAt", message }]);
    }
    const address = recipientKey(checked.recipient);
    await this.#suppressions.put(ctx, { ...wanted, address, since, expiresAt, notificationId: null });
    return await this.find(address);
  }

  /** @throws Problem 404 for an address that is not on the list, or not any more. */
  async find(address: string, ctx?: HandlerContext): Promise<Suppression> {
    const { entry, version } = await this.#suppressions.entry(recipientKey(address));
    if (!isActive(entry, this.#clock().toISOString())) throw notFound(`${address} is not suppressed.`);
    ctx?.noteVersion(version);
    return entry;
  }

  /** @throws Problem 404 for an address that is not on the list. */
  async lift(address: string, ctx: HandlerContext): Promise<void> {
    // It was lifted, and may have been put on the list again since.
    if (ctx.resumed) return;
    const { entry } = await this.#suppressions.entry(recipientKey(address));
    if (entry === null) throw notFound(`${address} is not suppressed.`);
    await this.#suppressions.lift(ctx, entry.address);
  }

  async #issues(recipient: string, { addresses, quietHours }: Preferences): Promise<readonly ProblemIssue[]> {
    const issues: ProblemIssue[] = [];
    const checked = await checkRecipient(recipient, this.#phones);
    if (!checked.ok) issues.push({ path: "recipient", message: checked.problem });
    for (const [channel, address] of Object.entries(addresses)) {
      const message = await this.#addressProblem(channel, address);
      if (message !== null) issues.push({ path: `addresses.${channel}`, message });
    }
    if (quietHours !== null && this.#zones(quietHours.timeZone) === null) {
      const message = `"${quietHours.timeZone}" is no time zone; expected a name such as Europe/London`;
      issues.push({ path: "quietHours.timeZone", message });
    }
    return issues;
  }

  async #addressProblem(channel: string, address: string): Promise<string | null> {
    const { addressing } = kindOf(channel);
    if (addressing === "none") return `${channel} goes to one place for all: it takes no address`;
    if (addressing === "device") return null;
    const parsed = parseRecipient(address);
    if (!parsed.ok) return parsed.problem;
    if (parsed.recipient.kind !== addressing) {
      return addressing === "email" ? `"${address}" is no e-mail address` : `"${address}" is no E.164 number`;
    }
    return parsed.recipient.kind === "phone" ? await this.#phones.problemOf(parsed.recipient.number) : null;
  }
}

/** What a push gateway calls a device, such as a token with colons: nothing that could be meant as an address or a number. */
function isDevice(text: string): boolean {
  return /^[\w:.-]+$/.test(text) && /[a-z]/i.test(text);
}

/** Numbers are kept in the one form in which they are compared and dialled. */
function written(address: string): string {
  const parsed = parseRecipient(address);
  return parsed.ok ? recipientText(parsed.recipient) : address;
}
