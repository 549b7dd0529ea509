import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestFilesDirectory } from '../../../src/config/home-places.ts';
import type { Result } from '../../../src/domain/refusal.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt, type PromptDraft } from '../../../src/economy/attention/submit-prompt.ts';
import { publishRequest } from '../../../src/economy/requests/publish-request.ts';
import { LiveFeed } from '../../../src/operator/live-feed.ts';
import { PromptDesk } from '../../../src/operator/prompt-desk.ts';
import type { Logger } from '../../../src/platform/logger.ts';
import { Content } from '../../../src/web/route.ts';
import { Histories } from '../../../src/operator/history/histories.ts';
import { allRoutes } from '../../../src/web/routes/all-routes.ts';
import type { WebDeps } from '../../../src/web/web-deps.ts';
import {
  accepted,
  bidFor,
  nextCycle,
  openTestEconomy,
  runningAgent,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';
import { seededRandomness } from '../../helpers/seeded-randomness.ts';

const MARKS = { interesting: 5, useful: 6, understandable: 7 };

let economy: TestEconomy;
let deps: WebDeps;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['attention.prompt_ttl_seconds=25', 'lifecycle.dormant_seconds=20'] });
  const home = { directory: economy.home, config: economy.config, economy, close: () => undefined };
  deps = {
    ...{ home, prompts: new PromptDesk(economy), feed: new LiveFeed(economy), clock: economy.clock },
    ...{ random: seededRandomness('page'), logger: SILENT, pageDirectory: '' },
  };
});
afterEach(() => economy.close());

const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore } as unknown as Logger;

function ignore(): void {
  // Nothing is read of it here.
}

/** What a tab gets from a route, which is looked up as the server does. */
async function call(
  method: 'GET' | 'POST',
  path: string,
  body: Record<string, unknown> = {},
): Promise<Result<unknown>> {
  const url = new URL(path, 'http://here');
  const parts = url.pathname.split('/');
  for (const route of allRoutes(new Histories(economy))) {
    const names = route.path.split('/');
    const fits = names.length === parts.length && names.every((name, i) => name.startsWith(':') || name === parts[i]);
    if (route.method !== method || !fits) continue;
    const params = Object.fromEntries(
      names.flatMap((name, i) => (name.startsWith(':') ? [[name.slice(1), parts[i] ?? '']] : [])),
    );
    return route.handle({ params, query: Object.fromEntries(url.searchParams), body }, deps);
  }
  throw new Error(`no route ${method} ${path}`);
}

/** Its value, as it goes over the wire. */
async function value(...args: Parameters<typeof call>): Promise<unknown> {
  return JSON.parse(JSON.stringify(accepted(await call(...args)))) as unknown;
}

function show(agentId: string, draft: Partial<PromptDraft> = {}, contents: readonly Uint8Array[] = []): number {
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const caller = { executionId: execution.id, agentId };
  const { promptId } = accepted(submitPrompt(economy, caller, { content: `from ${agentId}`, ...draft }, contents));
  settle(economy, execution.id);
  return promptId;
}

describe('the routes of prompts', () => {
  it('list what waits, without texts, the open one first', async () => {
    show('ada', { title: 'First' });
    show('bob', { title: 'Second' });
    expect(await value('GET', '/api/prompts?state=waiting')).toEqual({
      prompts: [
        expect.objectContaining({ id: 'prompt_1', status: 'open', title: 'First' }),
        expect.objectContaining({ id: 'prompt_2', status: 'queued', title: 'Second' }),
      ],
      before: null,
    });
    expect(JSON.stringify(await value('GET', '/api/prompts?state=waiting'))).not.toContain('from ada');
  });

  it('list what is over by pages, the newest first', async () => {
    for (let count = 1; count <= 32; count++) accepted(scorePrompt(economy, show(`a-${count}`), MARKS, null));
    show('open');
    const first = (await value('GET', '/api/prompts?state=ended')) as { prompts: { id: string }[]; before: string };
    expect(first.prompts.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, i) => `prompt_${32 - i}`));
    const rest = await value('GET', `/api/prompts?state=ended&before=${first.before}`);
    expect(rest).toMatchObject({ prompts: [{ id: 'prompt_2' }, { id: 'prompt_1' }], before: null });
  });

  it('show one with who wrote it, how its last ones were marked and what it answers', async () => {
    accepted(publishRequest(economy, { text: 'Find me a book.', files: [], until: null }));
    accepted(scorePrompt(economy, show('ada', { title: 'Before' }), MARKS, 'more of this'));
    const { execution } = runningAgent(economy, 'bob', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'bob' }, { content: '# Here', requestId: 1 }));
    expect(await value('GET', '/api/prompts/prompt_2')).toMatchObject({
      content: '# Here',
      request: { id: 'request_1', text: 'Find me a book.' },
      author: { id: 'bob', earned: 0, children: 0 },
      earlier: [],
      rates: { interesting: 25, useful: 25, understandable: 25 },
      mark_max: 10,
      answered_at_place: null,
    });
    expect(await value('GET', '/api/prompts/prompt_1')).toMatchObject({
      author: { id: 'ada', earned: 450, balance: 1391.75, prompts_left: 23 },
      answered_at_place: 'elsewhere',
    });
  });

  it('show the last marks of the same agent, and how its last letter began', async () => {
    const { execution } = runningAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    const first = { content: '# One\n\nGood day.\n\nText', title: 'One' };
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'ada' }, first));
    settle(economy, execution.id);
    expect(await value('GET', '/api/prompts/prompt_1')).toMatchObject({ earlier: [], known_opening: null });
    accepted(scorePrompt(economy, 1, MARKS, 'good'));
    bidFor(economy, 'ada', { bundle: WITH_ATTENTION });
    const again = runWinners(economy).get('ada');
    accepted(submitPrompt(economy, { executionId: again?.execution.id ?? 0, agentId: 'ada' }, { content: 'two' }));
    expect(await value('GET', '/api/prompts/prompt_2')).toMatchObject({
      earlier: [{ id: 'prompt_1', title: 'One', scores: MARKS, reason: 'good', reward: 450 }],
      known_opening: 'Good day.',
    });
  });

  it('hand over a file under the name that its agent gave it', async () => {
    show('ada', { files: ['out/plan "1".md'] }, [Buffer.from('bytes')]);
    const file = accepted(await call('GET', '/api/prompts/prompt_1/files/0'));
    expect(file).toBeInstanceOf(Content);
    expect(file).toMatchObject({ fileName: 'out/plan "1".md', bytes: Buffer.from('bytes') });
    for (const place of ['1', '-1', 'x', '1e1', '99999999999'])
      expect(await call('GET', `/api/prompts/prompt_1/files/${place}`)).toMatchObject({ code: 'file_not_found' });
  });

  it('mark once, and say what it did', async () => {
    show('ada');
    expect(await value('POST', '/api/prompts/prompt_1/score', { ...MARKS, reason: 'good' })).toEqual({
      ...{ prompt_id: 'prompt_1', agent_id: 'ada', reward: 450, balance: 1391.75, prompts_left: 23 },
      said: '+450 to ada, who now has 1,391.75: 23 more prompts',
    });
    expect(await call('POST', '/api/prompts/prompt_1/score', MARKS)).toMatchObject({ code: 'prompt_already_ended' });
    expect(await value('GET', '/api/prompts/prompt_1')).toMatchObject({ answered_at_place: 'page', reason: 'good' });
  });

  it.each([
    [{}, 'wrong_type'],
    [{ ...MARKS, useful: 11 }, 'too_large'],
    [{ ...MARKS, useful: '5' }, 'wrong_type'],
    [{ ...MARKS, useful: 0.5 }, 'not_integer'],
    [{ ...MARKS, reason: 5 }, 'wrong_type'],
    [{ ...MARKS, reason: 'x'.repeat(2000) }, 'too_large'],
  ])('refuse %o as marks', async (body, code) => {
    show('ada');
    expect(await call('POST', '/api/prompts/prompt_1/score', body)).toMatchObject({ ok: false, code });
    expect(economy.store.prompts.open()?.id).toBe(1);
  });

  it('note what answering takes, from what the page says of keys and clicks', async () => {
    const id = show('ada');
    const sign = (sign: unknown) => call('POST', `/api/prompts/prompt_${id}/attention`, { sign });
    await sign('shown');
    economy.clock.advance(20_000);
    await sign('acted');
    economy.clock.advance(200_000);
    for (let times = 0; times < 5; times++) await sign('shown');
    expect(await value('GET', `/api/prompts/prompt_${id}`)).toMatchObject({ attention_seconds: 20 });
    expect(await sign('left')).toMatchObject({ ok: false, code: 'invalid_value' });
  });

  it('skip, and bring the human back', async () => {
    show('ada');
    expect(await value('POST', '/api/prompts/prompt_1/skip')).toMatchObject({ reward: 0 });
    show('bob');
    for (let cycle = 0; cycle < 5; cycle++) nextCycle(economy);
    expect(economy.store.state.get().humanAway).toBe(true);
    await value('GET', '/api/now');
    expect(economy.store.state.get().humanAway).toBe(true);
    await value('POST', '/api/present');
    expect(economy.store.state.get().humanAway).toBe(false);
  });

  it.each([
    '/api/prompts',
    '/api/prompts?state=all',
    '/api/prompts?state=ended&before=x',
    '/api/prompts/x',
    '/api/prompts/99',
  ])('refuse GET %s', async (path) => expect(await call('GET', path)).toMatchObject({ ok: false }));
});

describe('the routes of requests', () => {
  it('ask, list and close', async () => {
    expect(await value('POST', '/api/requests', { text: 'Find me a book.', until: '2h' })).toMatchObject({
      ...{
        id: 'request_1',
        status: 'open',
        text: 'Find me a book.',
        until: new Date(economy.clock.now() + 7_200_000).toISOString(),
      },
    });
    await value('POST', '/api/requests', { text: 'And a film.' });
    expect(await value('GET', '/api/requests')).toMatchObject({
      ...{ requests: [{ id: 'request_2', until: null }, { id: 'request_1' }], before: null },
    });
    expect(await value('POST', '/api/requests/request_2/close')).toMatchObject({ status: 'closed' });
    expect(await call('POST', '/api/requests/request_2/close')).toMatchObject({ code: 'request_closed' });
    expect(await value('GET', '/api/requests/request_2')).toMatchObject({ status: 'closed', last_prompts: [] });
  });

  it.each([
    [{}, 'wrong_type'],
    [{ text: '' }, 'empty'],
    [{ text: 'x', until: 'soon' }, 'invalid_value'],
    [{ text: 'x', until: 5 }, 'wrong_type'],
    [{ text: 'x', files: 'a.txt' }, 'wrong_type'],
    [{ text: 'x', files: [null] }, 'wrong_type'],
    [{ text: 'x', files: [{ name: 'a.txt' }] }, 'wrong_type'],
    [{ text: 'x', files: [{ name: '../a.txt', base64: '' }] }, 'invalid_value'],
    [{ text: 'x', files: [{ name: '', base64: '' }] }, 'invalid_value'],
    [{ text: 'x', files: [{ name: '.env', base64: '' }] }, 'invalid_value'],
    [{ text: 'x', files: Array(17).fill({ name: 'a.txt', base64: '' }) }, 'too_many_files'],
  ])('refuse to ask %o', async (body, code) => {
    expect(await call('POST', '/api/requests', body)).toMatchObject({ ok: false, code });
  });

  it('lay files that came with a request where agents find them', async () => {
    const files = [
      { name: 'notes.txt', base64: Buffer.from('for you').toString('base64') },
      { name: 'empty', base64: '' },
    ];
    expect(await value('POST', '/api/requests', { text: 'Read this.', files })).toMatchObject({
      files: ['/materials/requests/1/notes.txt', '/materials/requests/1/empty'],
    });
    const folder = join(requestFilesDirectory(economy.home), '1');
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('for you');
    const key = `-----BEGIN PRIVATE KEY-----\n${'x'.repeat(100)}`;
    const secret = { text: 'x', files: [{ name: 'k', base64: Buffer.from(key).toString('base64') }] };
    expect(await call('POST', '/api/requests', secret)).toMatchObject({ code: 'invalid_value' });
  });

  it('tell one agent or all', async () => {
    show('ada');
    show('bob');
    expect(await value('POST', '/api/tell', { agent: 'ada', text: 'hello' })).toMatchObject({
      told: [{ agent_id: 'ada' }],
    });
    expect(await value('POST', '/api/tell', { agent: null, text: 'hello all' })).toMatchObject({
      told: [{ agent_id: 'ada' }, { agent_id: 'bob' }],
      full: [],
    });
    expect(await call('POST', '/api/tell', { text: 'to nobody' })).toMatchObject({ code: 'wrong_type' });
    expect(await call('POST', '/api/tell', { agent: 'nobody', text: 'x' })).toMatchObject({ code: 'agent_not_found' });
    expect(await call('POST', '/api/tell', { agent: null, text: 5 })).toMatchObject({ code: 'wrong_type' });
  });
});

describe('the routes of the pause', () => {
  it('pause the market and let it go on, twice as well as once, and the moment says so', async () => {
    expect(await value('GET', '/api/now')).toMatchObject({ state: 'running', paused_by_operator: false });
    for (let time = 0; time < 2; time++) expect(await value('POST', '/api/pause')).toEqual({});
    expect(await value('GET', '/api/now')).toMatchObject({ state: 'paused', paused_by_operator: true });
    for (let time = 0; time < 2; time++) expect(await value('POST', '/api/resume')).toEqual({});
    expect(await value('GET', '/api/now')).toMatchObject({ state: 'running', paused_by_operator: false });
  });

  it('are not offered where no market is open', async () => {
    deps = { ...deps, feed: new LiveFeed(economy, { isRun: false }) };
    expect(await value('GET', '/api/now')).toMatchObject({ paused_by_operator: null });
  });
});
