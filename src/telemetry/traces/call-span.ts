import { formatId } from '../../domain/ids.ts';
import { inCurrency } from '../../domain/model-price.ts';
import type { Economy } from '../../economy/economy.ts';
import type { callsOfExecution } from '../../economy/views/call-view.ts';
import type { CallMessages } from './call-messages.ts';
import { attributesOf, type PlainSpan } from './plain-span.ts';

type ModelCall = ReturnType<typeof callsOfExecution>[number];

/** One call of a model, by OpenTelemetry's conventions for generative AI. */
export function callSpan(
  { config }: Economy,
  call: ModelCall,
  { agentId, parentKey, messages }: CallSpanOptions,
): PlainSpan {
  const { id, model, provider, route, outcome, input, cached, output, beganAt, durationMs, money } = call;
  const operation = operationOf(route);
  const { base_url: url } = config.intelligence.providers.find(({ name }) => name === provider) ?? {};
  return {
    ...{ key: `call ${id}`, parentKey, name: `${operation} ${model}`, isCall: true },
    ...{ startedAt: beganAt, endedAt: beganAt + (durationMs ?? 0), events: [] },
    error: outcome === 'completed' || outcome === null ? undefined : outcome,
    attributes: attributesOf({
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': providerOf(route),
      // Its name before the conventions renamed it: some viewers look for no other.
      'gen_ai.system': providerOf(route),
      'gen_ai.request.model': model,
      'gen_ai.agent.id': agentId,
      'gen_ai.agent.name': agentId,
      'gen_ai.usage.input_tokens': input === null ? null : input + (cached ?? 0),
      'gen_ai.usage.cache_read.input_tokens': cached,
      'gen_ai.usage.output_tokens': output,
      'gen_ai.input.messages': messages?.input,
      'gen_ai.output.messages': messages?.output,
      'error.type': outcome === 'completed' ? null : outcome,
      ...serverOf(url),
      'bp_agents.call.id': id,
      'bp_agents.call.provider': provider,
      'bp_agents.call.route': route,
      'bp_agents.call.tokens_reserved': call.reserved,
      'bp_agents.call.tokens_billed': call.billed,
      'bp_agents.call.cost': money === null ? null : inCurrency(money),
      'bp_agents.call.currency': money === null ? null : config.intelligence.currency,
      'bp_agents.execution.id': formatId('execution', call.executionId),
    }),
  };
}

export interface CallSpanOptions {
  readonly agentId: string;
  readonly parentKey: string;
  readonly messages: CallMessages | undefined;
}

function operationOf(route: string): string {
  if (route === '/v1/embeddings') return 'embeddings';
  if (route.endsWith('count_tokens') || route.endsWith(':countTokens')) return 'count_tokens';
  return route.startsWith('/v1beta') ? 'generate_content' : 'chat';
}

/** Whose format it is: others answer in it, too. */
function providerOf(route: string): string {
  if (route.startsWith('/v1beta')) return 'gcp.gemini';
  return route.startsWith('/v1/messages') ? 'anthropic' : 'openai';
}

function serverOf(url: string | undefined) {
  if (url === undefined) return {};
  const { hostname, port, protocol } = new URL(url);
  return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
}
