import { z } from 'zod';
import { accept, refuse, type RefusalCode, type Result } from '../../domain/refusal.ts';
import type { Format } from '../../intelligence/formats/format.ts';
import {
  addressedTo,
  countContent,
  generateContent,
  streamGenerateContent,
} from '../../intelligence/formats/google.ts';
import { asJsonList } from '../../intelligence/formats/json-list.ts';
import type { Gateway } from '../../intelligence/gateway.ts';
import { readBy, text } from '../schema.ts';
import { route, type RelayedAnswer, type RouteSpec } from '../route.ts';

const PASSED_ON: readonly (readonly [format: Format, operation: string, summary: string])[] = [
  [generateContent, 'generateContent', 'Asks a model, in the format of Google.'],
  [streamGenerateContent, 'streamGenerateContent', 'Asks a model for a stream, in the format of Google.'],
  [countContent, 'countContentTokens', 'Counts the input of a call, at the provider; it is not billed.'],
];

const params = z.strictObject({ model: text('model', "The model's name.") });
const alt = readBy(
  'alt',
  z.enum(['json', 'sse']).describe('sse: server-sent events. json, or absent: one list of JSON that comes by and by.'),
  (value, field) =>
    value === 'sse' || value === 'json' ? accept(value) : refuse('invalid_value', 'alt must be sse or json', { field }),
).optional();

/** Google's routes name their model in the address, and each stands under its two versions. */
export function googleRoutes(
  gateway: Gateway,
  shared: { readonly bodyBytesMax: number; readonly refusals: readonly RefusalCode[] },
): readonly RouteSpec[] {
  return PASSED_ON.flatMap(([format, operation, summary]) =>
    ['v1beta', 'v1'].map((version) =>
      route({
        ...{ ...shared, summary, params, group: 'intelligence', status: 200, method: 'POST' },
        path: format.route.replace('v1beta', version),
        operation: version === 'v1' ? `${operation}V1` : operation,
        // The gateway reads it itself.
        body: z.unknown(),
        ...(format === streamGenerateContent && { query: z.object({ alt }) }),
        answer: z.unknown(),
        relay: async ({ caller, body, params: { model }, query, hungUp }) => {
          const answer = await gateway.answer({ caller, format, body: addressedTo(model, body), hungUp });
          return query.alt === 'sse' ? answer : listed(answer);
        },
      }),
    ),
  );
}

/** Without `alt=sse` a stream is one list. */
function listed(answer: Result<RelayedAnswer>): Result<RelayedAnswer> {
  if (!answer.ok || !answer.value.events) return answer;
  const events = asJsonList(answer.value.events);
  return accept({ ...answer.value, events, mediaType: 'application/json' });
}
