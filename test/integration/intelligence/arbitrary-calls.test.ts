import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 1_000_000 });
});
afterAll(() => mind.close());

const fields = fc.constantFrom(
  ...['model', 'messages', 'input', 'content', 'role', 'type', 'text', 'image_url', 'url', 'source', 'tools', 'stream'],
  ...['max_tokens', 'n', 'store', 'system', 'file_id', 'tool_calls', 'function', '__proto__', 'constructor', ''],
  ...['contents', 'parts', 'inline_data', 'inlineData', 'mime_type', 'fileData', 'file_data', 'fileUri', 'data'],
  ...['generation_config', 'maxOutputTokens', 'thinkingConfig', 'cached_content', 'functionDeclarations', 'thought'],
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(0, -1, 1, 1e21, 0.5, 2 ** 53, '', 'gpt', 'claude', 'text', 'image', 'data:,', 'http://x', '\ud800'),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fields, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

const said = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }];
const GOOGLES = {
  contents: [{ role: 'user', parts: [{ text: 'x' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] }],
  systemInstruction: { parts: [{ text: 'y' }] },
  generationConfig: { maxOutputTokens: 5, candidateCount: 2, thinkingConfig: { thinkingBudget: 3 } },
  tools: [{ functionDeclarations: [{ name: 'f' }] }],
};
const RIGHT: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { model: 'gpt', messages: said, max_tokens: 5, n: 2, tools: [{ type: 'function' }] },
  '/v1/responses': { model: 'gpt', input: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }] },
  '/v1/messages': { model: 'claude', messages: said, max_tokens: 5, system: [{ type: 'text', text: 'y' }] },
  '/v1/messages/count_tokens': { model: 'claude', messages: said },
  '/v1/embeddings': { model: 'embed', input: ['x', 'y'] },
  '/v1beta/models/gemini:generateContent': GOOGLES,
  '/v1beta/models/gemini:streamGenerateContent': GOOGLES,
  '/v1beta/models/gemini:countTokens': { generateContentRequest: { ...GOOGLES, model: 'models/gemini' } },
};

/** What a provider would fetch or knows, and whatever Google's would read in another spelling. */
const ELSEWHERE =
  /"url":"http|"(file_id|fileData|fileUri|file_data|cached_content|inline_data|mime_type|generation_config)":/;

/** A right body in which something, somewhere, is something else. */
function spoilt(body: object): fc.Arbitrary<unknown> {
  return fc.tuple(fc.nat(), anything).map(([at, value]) => {
    const copy = structuredClone({ body }) as Record<string, unknown>;
    const places: [Record<string, unknown>, string][] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const key of Object.keys(node)) {
        places.push([node as Record<string, unknown>, key]);
        walk((node as Record<string, unknown>)[key]);
      }
    };
    walk(copy);
    const [parent, key] = places[at % places.length]!;
    parent[key] = value;
    return copy['body'];
  });
}

it.each(Object.entries(RIGHT))(
  'POST %s answers whatever it is sent, and leaves nothing reserved',
  async (path, right) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 1, arbitrary: anything }, { weight: 3, arbitrary: spoilt(right) }),
        async (body) => {
          const text = JSON.stringify(body);
          // A stream is no JSON for the client of these tests.
          if (text.includes('"stream":true')) return;
          const { status, body: answer } = await mind.agent.post(path, text);
          expect(status).toBeLessThan(500);
          const code = expect.stringMatching(/^[a-z_]+$/) as string;
          const error = path.startsWith('/v1beta/') ? { code: status, details: [{ reason: code }] } : { code };
          if (status >= 400) expect(answer['error']).toMatchObject(error);
          expect(mind.spent().reserved).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
    expect(mind.test.failures).toEqual([]);
    // Nothing that the provider would fetch, whatever was spoilt.
    for (const { body } of mind.provider.calls) expect(JSON.stringify(body)).not.toMatch(ELSEWHERE);
    mind.provider.calls.length = 0;
  },
  60_000,
);
