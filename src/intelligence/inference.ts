import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { Caller } from '../economy/executions/caller.ts';
import { chat } from './formats/chat.ts';
import { listOf, recordOf, textIn, type Format, type Json } from './formats/format.ts';
import { messages } from './formats/messages.ts';
import type { Gateway, GatewayAnswer } from './gateway.ts';
import { noProvider } from './no-provider.ts';

const ROLES = ['system', 'user', 'assistant'] as const;
export interface Turn {
  readonly role: (typeof ROLES)[number];
  readonly content: string;
}

/** Reads a conversation. `field` is its name in the refusal. */
export function readTurns(value: unknown, field: string): Result<readonly Turn[]> {
  if (!Array.isArray(value)) return refuse('wrong_type', `${field} must be a list`, { field });
  if (value.length === 0) return refuse('empty', `${field} must not be empty`, { field });
  const turns: Turn[] = [];
  for (const [place, turn] of (value as unknown[]).entries()) {
    const { role: given, content, ...others } = recordOf(turn);
    const role = ROLES.find((known) => known === given);
    if (!role || typeof content !== 'string' || Object.keys(others).length > 0)
      return refuse('invalid_value', `${field}.${place} must be {role, content} with role ${ROLES.join(', ')}`, {
        field: `${field}.${place}`,
      });
    turns.push({ role, content });
  }
  return accept(turns);
}

/** A question in no provider's format. */
export interface Question {
  readonly prompt?: string | undefined;
  readonly messages?: readonly Turn[] | undefined;
  readonly model?: string | undefined;
  readonly max_tokens?: number | undefined;
}

/**
 * Asks a model in the format of its provider. The answer has its text, why it ended, and what the provider reports of
 * its use. Refuses as `Gateway.answer` does, and `missing_field`.
 */
export async function infer(
  gateway: Gateway,
  { caller, question, hungUp }: { readonly caller: Caller; readonly question: Question; readonly hungUp: AbortSignal },
): Promise<Result<GatewayAnswer>> {
  if (gateway.models.length === 0) return noProvider();
  const { prompt, messages: turns, max_tokens: wanted } = question;
  if ((prompt === undefined) === (turns === undefined))
    return refuse('missing_field', 'send either prompt or messages', { field: 'prompt' });
  const name = question.model ?? gateway.standard?.name;
  if (name === undefined) return noProvider();
  const model = gateway.models.find((known) => known.name === name);
  const said = turns ?? [{ role: 'user' as const, content: prompt ?? '' }];
  const limit = { max_tokens: wanted ?? model?.outputMax ?? 1 };
  const [format, body]: [Format, Json] =
    model?.provider.kind === 'anthropic'
      ? [messages, { model: name, ...limit, ...anthropicTurns(said) }]
      : [chat, { model: name, messages: said, ...(wanted !== undefined && limit) }];
  const answer = await gateway.answer({ caller, format, body, hungUp });
  if (!answer.ok) return answer;
  return accept({ ...answer.value, json: view(format, answer.value, name) });
}

/** There the system's words are apart from the turns. */
function anthropicTurns(said: NonNullable<Question['messages']>): Json {
  const system = said.filter(({ role }) => role === 'system').map(({ content }) => content);
  return {
    ...(system.length > 0 && { system: system.join('\n\n') }),
    messages: said.filter(({ role }) => role !== 'system'),
  };
}

function view(format: Format, { json = {}, tokensLeft }: GatewayAnswer, model: string): Json {
  const usage = format.usageOf(json);
  const [choice = {}] = listOf(json['choices']);
  const text =
    format.kind === 'anthropic'
      ? listOf(json['content'])
          .map(({ text: part }) => textIn(part))
          .join('')
      : textIn(recordOf(choice['message'])['content']);
  return {
    model,
    text,
    stop_reason: choice['finish_reason'] ?? json['stop_reason'] ?? null,
    usage: usage ? { input_tokens: usage.input, cached_tokens: usage.cached, output_tokens: usage.output } : null,
    tokens_left: tokensLeft(),
  };
}
