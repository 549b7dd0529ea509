import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { Caller } from '../economy/executions/caller.ts';
import { recordOf, type Json } from './formats/format.ts';
import type { Gateway, GatewayAnswer } from './gateway.ts';
import { noProvider } from './no-provider.ts';
import { QUESTION_FORMS, type QuestionForm, type Turn } from './question-form.ts';

const ROLES = ['system', 'user', 'assistant'] as const;

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
  const form = QUESTION_FORMS[model?.provider.kind ?? 'openai'];
  const said = turns ?? [{ role: 'user' as const, content: prompt ?? '' }];
  const { format, ask } = form;
  const body = ask({ model: name, turns: said, outputMax: wanted, outputMost: model?.outputMax ?? 1 });
  const answer = await gateway.answer({ caller, format, body, hungUp });
  if (!answer.ok) return answer;
  return accept({ ...answer.value, json: view(form, answer.value, name) });
}

function view({ format, textOf, endOf }: QuestionForm, { json = {}, tokensLeft }: GatewayAnswer, model: string): Json {
  const usage = format.usageOf(json);
  return {
    model,
    text: textOf(json),
    stop_reason: endOf(json) ?? null,
    usage: usage ? { input_tokens: usage.input, cached_tokens: usage.cached, output_tokens: usage.output } : null,
    tokens_left: tokensLeft(),
  };
}
