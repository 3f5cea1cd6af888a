/** What a prompt file of version 1 says of the model. */
interface ModelSettings {
  readonly id?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Names of other formats, in snake case, and ours. */
const OPTIONS: Readonly<Record<string, string>> = {
  temperature: "temperature",
  max_tokens: "maxOutputTokens",
  max_output_tokens: "maxOutputTokens",
  max_completion_tokens: "maxOutputTokens",
  seed: "seed",
};

/** Settings that go to the providers which know them, under their name. */
const OVERRIDES: Readonly<Record<string, { readonly as: string; readonly providers: readonly string[] }>> = {
  top_p: { as: "top_p", providers: ["ollama", "azure"] },
  top_k: { as: "top_k", providers: ["ollama"] },
  frequency_penalty: { as: "frequency_penalty", providers: ["ollama", "azure"] },
  presence_penalty: { as: "presence_penalty", providers: ["ollama", "azure"] },
  stop: { as: "stop", providers: ["ollama", "azure"] },
  stop_sequences: { as: "stop", providers: ["ollama", "azure"] },
};

/** The settings of another format in ours. `refuse` is told the name of a setting that has no counterpart, and throws. */
export function modelSettings(
  settings: Readonly<Record<string, unknown>>,
  id: string | null,
  refuse: (setting: string) => never,
): ModelSettings {
  const options: Record<string, unknown> = {};
  const overrides: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value === null || value === undefined) continue;
    const plain = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const [option, override] = [OPTIONS[plain], OVERRIDES[plain]];
    if (option !== undefined) options[option] = value;
    else if (override !== undefined)
      for (const provider of override.providers) (overrides[provider] ??= {})[override.as] = value;
    else refuse(name);
  }
  return { ...(id === null ? {} : { id }), options, overrides };
}
