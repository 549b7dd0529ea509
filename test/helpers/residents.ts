import type { Behaviour, ProviderCall } from './fake-provider.ts';

type ToolCall = NonNullable<Behaviour['tool']>;

/** A template of runtime/templates that is a coding agent, and how its model speaks to it. */
export interface Resident {
  readonly template: string;
  readonly kind: 'openai' | 'anthropic' | 'google';
  /** What a model calls to run a command. */
  readonly shell: (command: string) => ToolCall;
  /** What it calls for a tool of the System Service's; undefined: this one has none. */
  readonly mcp?: (name: string, input: object) => ToolCall;
}

const described = { description: 'What is needed.' };

export const RESIDENTS: readonly Resident[] = [
  {
    ...{ template: 'claude-code', kind: 'anthropic' },
    shell: (command) => ({ name: 'Bash', input: { command, ...described } }),
    mcp: (name, input) => ({ name: `mcp__bp__${name}`, input }),
  },
  {
    ...{ template: 'codex', kind: 'openai' },
    shell: (cmd) => ({ name: 'exec_command', input: { cmd, yield_time_ms: 30_000 } }),
    mcp: (name, input) => ({ name, namespace: 'mcp__bp', input }),
  },
  {
    ...{ template: 'opencode', kind: 'openai' },
    shell: (command) => ({ name: 'bash', input: { command, ...described } }),
  },
  { ...{ template: 'pi', kind: 'openai' }, shell: (command) => ({ name: 'bash', input: { command } }) },
  {
    ...{ template: 'gemini', kind: 'google' },
    shell: (command) => ({ name: 'run_shell_command', input: { command, ...described } }),
  },
];

/** Each resident has a model of its own, by which its calls are known. */
export const modelOf = ({ template }: Resident): string => `model-of-${template}`;

/** The residents' models, in three providers at one address. */
export function residentProviders(origin: string, provider: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify(
    (['openai', 'anthropic', 'google'] as const).map((kind) => ({
      ...{ name: kind, kind, base_url: kind === 'openai' ? `${origin}/v1` : origin, ...provider },
      models: RESIDENTS.filter((resident) => resident.kind === kind).map((resident) => ({ name: modelOf(resident) })),
    })),
  );
}

/** Whose call it is. */
export function residentOf({ path, body }: Pick<ProviderCall, 'path' | 'body'>): Resident {
  const asked = typeof body['model'] === 'string' ? body['model'] : path;
  return RESIDENTS.find((resident) => asked.includes(modelOf(resident)))!;
}

const RESULT = /"type":"tool_result"|"type":"function_call_output"|"role":"tool"|"functionResponse"/g;

/** How many of its tools' results a call tells: the turn of the conversation. */
export function turnOf({ body }: Pick<ProviderCall, 'body'>): number {
  return [...JSON.stringify(body).matchAll(RESULT)].length;
}

/** About what a call comes to: far less would not be believed, more than was reserved not billed. */
export function usageOf(
  { body }: Pick<ProviderCall, 'body'>,
  { words = [], tool }: Behaviour,
): { readonly input: number; readonly output: number } {
  const said = JSON.stringify([words, tool?.input]);
  return { input: Math.ceil(JSON.stringify(body).length / 6), output: Math.ceil(said.length / 2) };
}

/** In which life it is made: its opening text tells. */
export function executionOf({ body }: Pick<ProviderCall, 'body'>): string {
  return /execution_id[\\": ]+(exe_\d+)/.exec(JSON.stringify(body))?.[1] ?? 'none';
}
