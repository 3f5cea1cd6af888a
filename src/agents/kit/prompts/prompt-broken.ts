/** A prompt file cannot be used. The message has file, line and column where they are known. */
export class PromptBroken extends Error {
  override readonly name = "PromptBroken";
}
