import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REFUSALS, type RefusalCode } from '../../../src/domain/refusal.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { ERROR_KINDS } from '../../../src/platform/error-codes.ts';
import { handshakeJsonSchema, HandshakeSchema } from '../../helpers/handshake-schema.ts';
import { HTTP_STATUS } from '../../../src/protocol/problem.ts';
import {
  BidRequest,
  MessageRequest,
  PromptRequest,
  SpawnRequest,
  TransferRequest,
} from '../../../src/service/requests.ts';
import { readWith } from '../../../src/service/schema.ts';
import { serviceRoutes } from '../../../src/service/routes/service-routes.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  runningAgent,
  runWinners,
  settle,
  WITH_ATTENTION,
} from '../../helpers/economy.ts';
import { validatorOf, type OpenApi } from '../../helpers/open-api.ts';
import { BUNDLE, openTestService, TEMPLATES, type TestService } from '../../helpers/service-client.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

let test: TestService;
let document: OpenApi;

beforeAll(async () => {
  test = await openTestService();
  document = (await test.service.app.inject({ path: '/openapi.json' })).json();
});
afterAll(() => test.close());

/** The cells of every row of every table. */
function rows(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|') && !/^\| -+/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/errors.md', () => {
  it('lists every code with its status and its meaning, and no other', () => {
    const documented = rows(read('errors.md')).filter(([code]) => code?.startsWith('`'));
    const codes = Object.keys(REFUSALS) as RefusalCode[];
    expect(documented.map(([code, status, meaning]) => [code, status, meaning])).toEqual(
      codes.map((code) => [`\`${code}\``, String(HTTP_STATUS[code]), REFUSALS[code]]),
    );
    for (const [code, , , advice] of documented) expect(advice, code).toMatch(/\w.*\.$/);
  });
});

describe('docs/handbook/when-something-is-wrong.md', () => {
  it('says of every operating error where it comes from and what helps, and of no other', () => {
    const [, section = ''] = read('handbook/when-something-is-wrong.md').split(/^## Error codes$/m);
    const [table = ''] = section.split(/^## /m);
    const told = rows(table).flatMap(([codes = '']) => [...codes.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code));
    // What isn't thrown as an operating error is told under a code of its own.
    const others = ['end_overdue', 'internal_error'];
    expect([...new Set(told)].sort()).toEqual([...Object.keys(ERROR_KINDS), ...others].sort());
  });
});

function routes() {
  const { economy, gateway } = test;
  return serviceRoutes({ economy, gateway, runOf: () => undefined, templates: TEMPLATES });
}

describe('docs/api.md', () => {
  it('describes every route with an example and the codes that are its own', () => {
    const sections = read('api.md').split(/^#+ /m);
    for (const { method, path: route, group, refusals } of routes()) {
      const name = `${method} ${route}`;
      const section = sections.find((text) =>
        text.startsWith(group === 'intelligence' ? 'Intelligence' : `\`${name}\``),
      );
      expect(section, name).toContain(name);
      if (group !== 'intelligence') expect(section, name).toContain('curl');
      for (const code of refusals) expect(section, name).toContain(`\`${code}\``);
    }
  });
});

describe('the OpenAPI document', () => {
  it('is 3.1 and holds every route and every request by its name', () => {
    expect(document.openapi).toBe('3.1.0');
    for (const { method, path: route, operation } of routes())
      expect(document.paths[route]?.[method.toLowerCase()]?.operationId).toBe(operation);
    for (const name of ['BidRequest', 'MessageRequest', 'PromptRequest', 'SpawnRequest', 'TransferRequest'])
      expect(document.components.schemas).toHaveProperty(name);
    expect(JSON.stringify(document)).not.toMatch(/RequestInput|"Input"/);
  });

  it('is published as it is served (write it anew with vitest -u)', async () => {
    const published = await format(JSON.stringify(document), { parser: 'json', printWidth: 120 });
    await expect(published).toMatchFileSnapshot(path('openapi.json'));
  });

  it('describes every parameter and every field, of what is sent and of what is answered', () => {
    expect(undescribed(document)).toEqual([]);
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    for (const { operationId, summary, tags, parameters = [] } of operations) {
      expect([summary, ...tags], operationId).toEqual([
        expect.stringMatching(/\.$/),
        expect.stringMatching(/^[a-z]+$/),
      ]);
      for (const { name, description } of parameters) expect(description, `${operationId} ${name}`).toMatch(/\w.*\.$/);
    }
  });

  it('refers to nothing that is not in it', () => {
    const refs = JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name] of refs) expect(document.components.schemas).toHaveProperty(name ?? '');
  });
});

/** Paths to properties of schemas that say nothing of themselves, anywhere below. */
function undescribed(node: unknown, at = ''): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties } = node as { readonly properties?: Readonly<Record<string, { readonly description?: string }>> };
  const silent = Object.entries(properties ?? {}).filter(([, field]) => (field.description ?? '') === '');
  const below = Object.entries(node).flatMap(([key, value]) => undescribed(value, `${at}/${key}`));
  return [...silent.map(([name]) => `${at}/${name}`), ...below];
}

const number = fc.oneof(
  fc.constantFrom(-1, 0, 0.5, 1, 9, 15, 16, 64, 0.001, 1e6, 1e9, 1e10),
  fc.double({ noNaN: true }),
);
const anything = fc.oneof(
  number,
  fc.constantFrom('', 'bob', 'Bob', 'exe_3', 'exe_0', true, null),
  fc.jsonValue({ maxDepth: 2 }),
);
/** This, or now and then anything. */
const mostly = (right: unknown) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: anything });
const quantity = (right: number) => fc.oneof({ weight: 5, arbitrary: mostly(right) }, { weight: 1, arbitrary: number });
/** All of these, or now and then some of them, or one more. */
function fields(model: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.record(model) },
    { weight: 1, arbitrary: fc.record(model, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.record({ ...model, extra: anything }) },
    { weight: 1, arbitrary: anything },
  );
}
const bundle = fields({
  cpu_seconds: quantity(1),
  memory_mb: quantity(64),
  tokens: quantity(0),
  attention: quantity(1),
});
const bid = { bundle, amount: quantity(9), earliest_cycle: mostly(7), payload: anything };
const file = fields({
  path: mostly('main.py'),
  content: mostly('AAAA'),
  encoding: fc.oneof(mostly('base64'), mostly('utf8')),
  executable: mostly(true),
});
const files = fc.oneof(mostly({ 'main.py': '' }), fc.array(file, { maxLength: 2 }), fields({ 'main.py': mostly('x') }));
const own = { execution_id: mostly('exe_3') };

describe('what the service accepts, its OpenAPI accepts, and the other way round:', () => {
  it.each<[string, z.ZodType, fc.Arbitrary<unknown>, ...RefusalCode[]]>([
    ['BidRequest', BidRequest, fields({ ...bid, for_agent_id: mostly('bob'), ...own })],
    ['TransferRequest', TransferRequest, fields({ to: mostly('bob'), amount: mostly(3), memo: mostly('x'), ...own })],
    ['MessageRequest', MessageRequest, fields({ to: mostly('bob'), content: mostly('x'), ...own })],
    ['PromptRequest', PromptRequest, fields({ content: mostly('x'), title: mostly('y'), ...own })],
    [
      'SpawnRequest',
      SpawnRequest,
      fields({ id: mostly('kid'), initial_credits: mostly(200), first_bid: fields(bid), files, ...own }),
      'invalid_value',
    ],
  ])('%s', (name, schema, bodies, ...unsaid) => {
    const documented = validatorOf(document, document.components.schemas[name]!);
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(bodies, (body) => {
        const read = readWith(schema, body);
        const isDocumented = documented.safeParse(body).success;
        // JSON Schema has no good way to count decimals, or to say what base64 is.
        const code = read.ok ? undefined : read.code;
        if (code !== 'too_many_decimals' && (code === undefined || !unsaid.includes(code)))
          expect(isDocumented).toBe(read.ok);
        seen[read.ok ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: 2000 },
    );
    expect(seen.accepted).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(50);
  });
});

describe('the handshake', () => {
  /** One with something in every field. */
  function fullHandshake(): unknown {
    const { economy } = test;
    const first = runningAgent(economy, 'ann', { bundle: WITH_ATTENTION }).execution;
    const caller = { executionId: first.id, agentId: 'ann' };
    const nextBid = { bundle: BUNDLE, amount: 9, payload: { wake: 'up' } };
    accepted(submitPrompt(economy, caller, { content: 'x', nextBid }));
    settle(economy, first.id);
    accepted(scorePrompt(economy, 1, { interesting: 1, useful: 2, understandable: 3 }, 'so so'));
    makeAgent(economy, 'bob');
    accepted(sendMessage(economy, 'bob', { to: 'ann', content: 'hello' }));
    const { handshake } = runWinners(economy).get('ann')!;
    return JSON.parse(handshake);
  }

  it('has the published schema (write it anew with vitest -u)', async () => {
    const schema = await format(JSON.stringify(handshakeJsonSchema()), { parser: 'json', printWidth: 120 });
    await expect(schema).toMatchFileSnapshot(path('handshake.schema.json'));
  });

  it('is what the published schema says', () => {
    const published = z.fromJSONSchema(JSON.parse(read('handshake.schema.json')) as z.core.JSONSchema.JSONSchema);
    const handshake = fullHandshake() as Record<string, unknown>;
    expect(published.safeParse(handshake).error).toBeUndefined();
    expect(handshake).toMatchObject({
      execution_context: { payload: { wake: 'up' } },
      inbox: [{ from: 'bob' }],
      responses: [{ reward: 150 }],
      last_execution: { outcome: 'completed' },
    });
    expect(published.safeParse({ ...handshake, extra: 1 }).success).toBe(false);
    expect(published.safeParse({ ...handshake, lineage: null }).success).toBe(false);
    bidFor(test.economy, 'ann');
  });

  it('is documented field by field', () => {
    const documented = rows(read('handshake.md')).flatMap(([names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    const { execution_context: context, responses, bids, last_execution: last } = HandshakeSchema.shape;
    const shapes = [HandshakeSchema, context, responses.element, bids.element, last.unwrap()];
    for (const name of shapes.flatMap(({ shape }) => Object.keys(shape))) expect(documented).toContain(name);
  });
});
