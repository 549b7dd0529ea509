import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { closeRequest, hasLapsedRequests, tidyRequests } from '../../../src/economy/requests/close-request.ts';
import { publishRequest } from '../../../src/economy/requests/publish-request.ts';
import { openRequestsBefore, requestsBefore, requestView } from '../../../src/economy/views/request-view.ts';
import { promptView } from '../../../src/economy/views/prompt-view.ts';
import { requestList } from '../../../src/operator/views/request-list.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runWinners,
  settle,
  start,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

const HOUR_MS = 3_600_000;
const NEWEST = Number.MAX_SAFE_INTEGER;

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['requests.open_max=3', 'handshake.requests_max=2'] });
});
afterEach(() => economy.close());

const ask = (text: string, { hours, files = [] }: { hours?: number; files?: readonly string[] } = {}) =>
  publishRequest(economy, {
    text,
    until: hours === undefined ? null : economy.clock.now() + hours * HOUR_MS,
    files: files.map((name) => ({ name, bytes: 1 })),
  });
const open = () => openRequestsBefore(economy, NEWEST, 100).map(({ id }) => id);

/** An execution that may show the human something. */
function shower(id = 'ann') {
  makeAgent(economy, id, { bundle: WITH_ATTENTION });
  const { execution } = runWinners(economy).get(id)!;
  return { executionId: execution.id, agentId: id };
}

describe('a request', () => {
  it('is the first one, and tells the next handshake of every agent', () => {
    accepted(ask('Find me a book.', { hours: 2, files: ['a.pdf', 'b c.txt'] }));
    makeAgent(economy, 'ann');
    const until = new Date(economy.clock.now() + 2 * HOUR_MS).toISOString();
    const [started] = nextCycle(economy).allocated.map((id) => start(economy, id));
    expect(JSON.parse(started!.handshake)).toMatchObject({
      requests: [
        {
          id: 'request_1',
          text: 'Find me a book.',
          files: ['/materials/requests/1/a.pdf', '/materials/requests/1/b c.txt'],
          until,
        },
      ],
    });
  });

  it('is one of the newest few that are open, where there are more', () => {
    for (const text of ['one', 'two', 'three']) accepted(ask(text));
    accepted(closeRequest(economy, 2));
    makeAgent(economy, 'ann');
    const [started] = nextCycle(economy).allocated.map((id) => start(economy, id));
    const told = JSON.parse(started!.handshake) as { readonly requests: readonly { readonly text: string }[] };
    expect(told.requests.map(({ text }) => text)).toEqual(['three', 'one']);
  });

  it('acts in no terminal, whatever was pasted into it', () => {
    const { text } = accepted(ask('a\u001b[2Jb\u202ec\r\nd\te\u009b\u2028\ud800'));
    expect(text).toBe('a␛[2Jb\uFFFDc\nd\te\uFFFD\uFFFD\uFFFD');
    expect(economy.store.requests.find(1)?.text).toBe(text);
  });

  it.each([
    ['empty', { text: '' }],
    ['empty', { text: ' \n ' }],
    ['too_large', { text: 'é'.repeat(4097) }],
    ['wrong_type', { text: 7 as never }],
    ['too_small', { until: 0 }],
    ['too_small', { until: 'now' }],
    ['too_many_files', { files: Array.from({ length: 17 }, (_, n) => ({ name: `f${n}`, bytes: 1 })) }],
    ['files_too_large', { files: [{ name: 'a', bytes: 33_554_433 }] }],
    ['invalid_path', { files: [{ name: '', bytes: 1 }] }],
    ['invalid_path', { files: [{ name: '..', bytes: 1 }] }],
    ['invalid_path', { files: [{ name: 'a/b', bytes: 1 }] }],
    ['invalid_path', { files: [{ name: 'a\nb', bytes: 1 }] }],
    ['invalid_path', { files: [{ name: 'a\u202eb', bytes: 1 }] }],
    ['invalid_path', { files: [{ name: 'é'.repeat(128), bytes: 1 }] }],
    ['invalid_path', { files: ['A.txt', 'a.TXT'].map((name) => ({ name, bytes: 1 })) }],
  ] as const)('is refused with %s, and nothing is there: %j', (code, given) => {
    const wrong = 'until' in given && given.until === 'now' ? { until: economy.clock.now() } : given;
    expect(publishRequest(economy, { text: 'x', files: [], until: null, ...wrong })).toMatchObject({
      ok: false,
      code,
    });
    expect(requestsBefore(economy, NEWEST, 10)).toEqual([]);
  });

  it('may have any name for a file that a sandbox can have', () => {
    accepted(ask('x', { files: ['env.json', '.env', '-rf', 'é.pdf', 'a b', 'a"b'] }));
    expect(open()).toEqual([1]);
  });

  it('is refused where as many are open as may be; closed and past ones leave room', () => {
    for (const text of ['one', 'two', 'three']) accepted(ask(text, text === 'two' ? { hours: 1 } : {}));
    expect(ask('four')).toMatchObject({ ok: false, code: 'too_many_requests_open', limit: 3 });
    accepted(closeRequest(economy, 1));
    expect(accepted(ask('four')).id).toBe(4);
    economy.clock.advance(HOUR_MS);
    expect(accepted(ask('five')).id).toBe(5);
    expect(open()).toEqual([5, 4, 3]);
  });

  it('closes by itself at its time, whether the market runs or not, and stays closed when the clock is set back', () => {
    accepted(ask('x', { hours: 1 }));
    economy.clock.advance(HOUR_MS - 1);
    expect(open()).toEqual([1]);
    expect(hasLapsedRequests(economy)).toBe(false);
    economy.clock.advance(1);
    expect(open()).toEqual([]);
    expect(requestView(economy, economy.store.requests.find(1)!)).toMatchObject({
      status: 'closed',
      closed_at: new Date(economy.clock.now()).toISOString(),
    });
    expect(hasLapsedRequests(economy)).toBe(true);
    const kept: number[][] = [];
    tidyRequests(economy, (keep) => kept.push([...keep]));
    expect(kept).toEqual([[]]);
    expect(hasLapsedRequests(economy)).toBe(false);
    expect(economy.store.requests.find(1)?.closedAt).toBe(economy.clock.now());
  });

  it('is closed once, and an answer can be noted once', () => {
    accepted(ask('x'));
    const caller = shower();
    accepted(submitPrompt(economy, caller, { content: 'Here.' }));
    expect(closeRequest(economy, 1, { answeredBy: 2 })).toMatchObject({ ok: false, code: 'prompt_not_found' });
    expect(open()).toEqual([1]);
    accepted(closeRequest(economy, 1));
    expect(closeRequest(economy, 1)).toMatchObject({ ok: false, code: 'request_closed' });
    expect(accepted(closeRequest(economy, 1, { answeredBy: 1 }))).toMatchObject({ answeredBy: 1 });
    expect(closeRequest(economy, 1, { answeredBy: 1 })).toMatchObject({ ok: false, code: 'request_closed' });
    expect(closeRequest(economy, 2)).toMatchObject({ ok: false, code: 'request_not_found' });
    expect(closeRequest(economy, 0)).toMatchObject({ ok: false, code: 'invalid_id' });
  });

  it('that could not be placed is not published', () => {
    const place = () => {
      throw new Error('no room');
    };
    expect(() => publishRequest(economy, { text: 'x', files: [], until: null }, place)).toThrow('no room');
    expect(open()).toEqual([]);
    expect(accepted(ask('y')).id).toBe(1);
  });

  it('is found among twenty thousand closed ones', () => {
    economy.store.transaction(() => {
      for (let n = 0; n < 20_000; n += 1) {
        economy.store.requests.insert({ text: 'x', files: [], publishedAt: 1, until: 2 });
        if (n % 1000 === 0) economy.store.requests.closeLapsed(3);
      }
      economy.store.requests.closeLapsed(3);
    });
    accepted(ask('the one'));
    expect(open()).toEqual([20_001]);
    expect(accepted(requestList(economy, { limit: 2, all: true })).map(({ id }) => id)).toEqual([
      'request_20000',
      'request_20001',
    ]);
  });
});

describe('a prompt for a request', () => {
  it('says so to its agent and to the human', () => {
    accepted(ask('x'));
    const caller = shower();
    const { promptId } = accepted(submitPrompt(economy, caller, { content: 'Here.', requestId: 1 }));
    expect(promptView(economy.store.prompts.find(promptId)!)).toMatchObject({ request_id: 'request_1' });
    accepted(closeRequest(economy, 1, { answeredBy: promptId }));
    accepted(scorePrompt(economy, promptId, { interesting: 1, useful: 2, understandable: 3 }, null));
    expect(requestView(economy, economy.store.requests.find(1)!)).toMatchObject({
      answered_by: 'prompt_1',
      prompts: 1,
    });
    expect(auditLedger(economy)).toMatchObject({ ok: true });
  });

  it('is refused where there is none or it is closed, and attention is kept', () => {
    accepted(ask('past', { hours: 1 }));
    accepted(ask('closed'));
    accepted(closeRequest(economy, 2));
    const caller = shower();
    economy.clock.advance(HOUR_MS);
    for (const [requestId, code] of [
      [3, 'request_not_found'],
      [1, 'request_closed'],
      [2, 'request_closed'],
    ] as const)
      expect(submitPrompt(economy, caller, { content: 'Here.', requestId })).toMatchObject({
        ...{ ok: false, code, field: 'request_id' },
      });
    expect(accepted(submitPrompt(economy, caller, { content: 'Here.' })).promptId).toBe(1);
  });

  it('stands in the handshake that tells how it ended', () => {
    accepted(ask('x'));
    const caller = shower();
    accepted(submitPrompt(economy, caller, { content: 'Here.', requestId: 1 }));
    accepted(scorePrompt(economy, 1, { interesting: 1, useful: 2, understandable: 3 }, null));
    settle(economy, caller.executionId);
    bidFor(economy, 'ann');
    const { handshake } = runWinners(economy).get('ann')!;
    expect(JSON.parse(handshake)).toMatchObject({ responses: [{ prompt_id: 'prompt_1', request_id: 'request_1' }] });
  });
});
