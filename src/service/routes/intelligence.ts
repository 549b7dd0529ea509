import { z } from 'zod';
import { noProvider } from '../../intelligence/no-provider.ts';
import { route, type RouteSpec } from '../route.ts';

const CALLS = [
  { method: 'POST', path: '/intelligence/inference', operation: 'infer', summary: 'Asks a model.' },
  {
    method: 'POST',
    path: '/v1/chat/completions',
    operation: 'createChatCompletion',
    summary: 'Asks a model, in the format of OpenAI chat completions.',
  },
  {
    method: 'POST',
    path: '/v1/responses',
    operation: 'createResponse',
    summary: 'Asks a model, in the format of OpenAI responses.',
  },
  {
    method: 'POST',
    path: '/v1/messages',
    operation: 'createMessage',
    summary: 'Asks a model, in the format of Anthropic messages.',
  },
  { method: 'GET', path: '/v1/models', operation: 'listModels', summary: 'The models that can be asked.' },
] as const;

/** Until there is a provider, all of them say that there is none. */
export function intelligenceRoutes(): readonly RouteSpec[] {
  return CALLS.map((call) =>
    route({
      ...call,
      group: 'intelligence',
      status: 200,
      answer: z.unknown(),
      refusals: ['no_llm_provider'],
      work: noProvider,
    }),
  );
}
