/** What stands for the operator's key in tests. */
export const KEY = 'sk-the-operators-own';

export interface ProviderOptions {
  /** Further fields of all providers. */
  readonly provider?: Readonly<Record<string, unknown>>;
  /** Further fields of the models gpt, claude and gemini. */
  readonly model?: Readonly<Record<string, unknown>>;
}

/** Three providers at one address: their kinds are told by their paths. */
export function providersAt(origin: string, { provider = {}, model = {} }: ProviderOptions = {}): string {
  const shared = { key_env: 'TEST_KEY', ...provider };
  return JSON.stringify([
    {
      ...{ name: 'one', kind: 'openai', base_url: `${origin}/v1`, ...shared },
      models: [
        { name: 'gpt', upstream: 'gpt-4o-mini', aliases: ['small', 'meta/llama-3:free'], ...model },
        { name: 'embed', upstream: 'text-embedding-3-small', embeds: true },
      ],
    },
    {
      ...{ name: 'two', kind: 'anthropic', base_url: origin, ...shared },
      models: [{ name: 'claude', aliases: ['anthropic/claude:beta'], ...model }],
    },
    {
      ...{ name: 'three', kind: 'google', base_url: origin, ...shared },
      models: [
        { name: 'gemini', upstream: 'gemini-2.5-flash', ...model },
        { name: 'google/gemma-3:free', ...model },
      ],
    },
  ]);
}
