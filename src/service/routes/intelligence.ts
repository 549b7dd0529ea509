import { z } from 'zod';
import type { RefusalCode } from '../../domain/refusal.ts';
import { accept } from '../../domain/refusal.ts';
import { chat } from '../../intelligence/formats/chat.ts';
import { embeddings } from '../../intelligence/formats/embeddings.ts';
import type { Format } from '../../intelligence/formats/format.ts';
import { countTokens, messages } from '../../intelligence/formats/messages.ts';
import { responses } from '../../intelligence/formats/responses.ts';
import type { Gateway } from '../../intelligence/gateway.ts';
import { infer } from '../../intelligence/inference.ts';
import { noProvider } from '../../intelligence/no-provider.ts';
import { modelList, oneModel } from '../../intelligence/model-list.ts';
import { InferenceAnswer } from '../answers.ts';
import { InferenceRequest } from '../requests.ts';
import { text } from '../schema.ts';
import { route, type RouteSpec } from '../route.ts';
import { googleRoutes } from './google.ts';

const PASSED_ON: readonly (readonly [format: Format, operation: string, summary: string])[] = [
  [chat, 'createChatCompletion', 'Asks a model, in the format of OpenAI chat completions.'],
  [responses, 'createResponse', 'Asks a model, in the format of OpenAI responses.'],
  [messages, 'createMessage', 'Asks a model, in the format of Anthropic messages.'],
  [countTokens, 'countMessageTokens', 'Counts the input of a message, at the provider; it is not billed.'],
  [embeddings, 'createEmbedding', 'Embeds texts, in the format of OpenAI embeddings.'],
];

const REFUSALS: readonly RefusalCode[] = [
  ...([
    'no_llm_provider',
    'unknown_model',
    'wrong_format',
    'not_allowed',
    'too_many_images',
    'insufficient_tokens',
    'model_unpriced',
    'llm_budget_exhausted',
  ] as const),
  ...([
    'refused_by_provider',
    'provider_failed',
    'provider_unreachable',
    'provider_busy',
    'provider_timeout',
    'not_recorded',
  ] as const),
  ...(['not_positive', 'not_integer', 'not_finite', 'empty', 'too_large', 'invalid_value', 'request_timeout'] as const),
];

/** Bodies are as the provider's documentation says; the gateway reads them itself. */
const AnyBody = z.unknown();

export function intelligenceRoutes(
  gateway: Gateway,
  { bodyBytesMax }: { readonly bodyBytesMax: number },
): readonly RouteSpec[] {
  const shared = { group: 'intelligence', status: 200, bodyBytesMax } as const;
  return [
    route({
      ...shared,
      method: 'POST',
      path: '/intelligence/inference',
      operation: 'infer',
      summary: "Asks a model, in no provider's format.",
      body: InferenceRequest,
      answer: InferenceAnswer,
      refusals: REFUSALS,
      relay: ({ caller, body: question, hungUp }) => infer(gateway, { caller, question, hungUp }),
    }),
    ...PASSED_ON.map(([format, operation, summary]) =>
      route({
        ...shared,
        ...{ method: 'POST', path: format.route, operation, summary },
        body: AnyBody,
        answer: z.unknown(),
        refusals: REFUSALS,
        relay: ({ caller, body, hungUp }) => gateway.answer({ caller, format, body, hungUp }),
      }),
    ),
    ...googleRoutes(gateway, { bodyBytesMax, refusals: REFUSALS }),
    ...modelRoutes(gateway, 'v1'),
    ...modelRoutes(gateway, 'v1beta'),
  ];
}

function modelRoutes(gateway: Gateway, version: 'v1' | 'v1beta'): readonly RouteSpec[] {
  const shared = { method: 'GET', group: 'intelligence', status: 200, answer: z.unknown() } as const;
  const suffix = version === 'v1' ? '' : 'Beta';
  return [
    route({
      ...shared,
      path: `/${version}/models`,
      operation: `listModels${suffix}`,
      summary: 'The models that can be asked, as the SDK that asks expects them.',
      refusals: ['no_llm_provider'],
      work: () => (gateway.models.length > 0 ? accept(modelList(gateway.models)) : noProvider()),
    }),
    route({
      ...shared,
      path: `/${version}/models/{model}`,
      operation: `getModel${suffix}`,
      summary: 'One model.',
      params: z.strictObject({ model: text('model', 'Its name.') }),
      refusals: ['no_llm_provider', 'unknown_model'],
      work: ({ params }) => (gateway.models.length > 0 ? oneModel(gateway.models, params.model) : noProvider()),
    }),
  ];
}
