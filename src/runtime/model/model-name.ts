/** Whether an Ollama's list of models has one: `llama3.2` means `llama3.2:latest`, as for Ollama itself. */
export function hasModel(models: readonly string[], wanted: string): boolean {
  const tagged = /:[^/]*$/.test(wanted);
  return models.includes(tagged ? wanted : `${wanted}:latest`);
}
