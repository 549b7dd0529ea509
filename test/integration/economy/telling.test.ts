import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { spawnAgent } from '../../../src/economy/agents/spawn-agent.ts';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { tellAgent, tellAll } from '../../../src/economy/agents/tell-agents.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { settleExecution } from '../../../src/economy/executions/settle-execution.ts';
import { purgeAgent } from '../../../src/economy/privacy/purge-agent.ts';
import { inboxBefore, messageView } from '../../../src/economy/views/message-view.ts';
import { micro } from '../../../src/domain/credits.ts';
import { NO_USAGE } from '../../../src/domain/execution.ts';
import { startExecution } from '../../../src/economy/executions/start-execution.ts';
import { SERVICE_URL } from '../../../src/sandbox/sandbox.ts';
import { accepted, BARE, makeAgent, nextCycle, openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({
    overrides: ['economy.inbox_max=3', 'economy.operator_inbox_max=2', 'handshake.inbox_max=3'],
  });
  makeAgent(economy, 'ann');
  makeAgent(economy, 'bob');
});
afterEach(() => economy.close());

const tell = (content: string, agentId = 'ann') => tellAgent(economy, agentId, content);
const fill = (count = 3) => {
  for (let n = 1; n <= count; n += 1) accepted(sendMessage(economy, 'bob', { to: 'ann', content: `spam ${n}` }));
};
/** The inbox of ann's next handshake. */
function inbox(): readonly { readonly from: string; readonly content: string }[] {
  const executionId = nextCycle(economy).allocated.find((id) => economy.store.executions.get(id).agentId === 'ann')!;
  const { handshake } = startExecution(economy, executionId, { serviceUrl: SERVICE_URL, materials: null })!;
  return (JSON.parse(handshake) as { readonly inbox: ReturnType<typeof inbox> }).inbox;
}

describe('a message of the operator', () => {
  it('is from operator, costs nothing, and is handed over once', () => {
    const head = economy.store.transfers.head();
    accepted(tell('Well done.'));
    expect(economy.store.transfers.head()).toEqual(head);
    expect(inbox()).toMatchObject([{ from: 'operator', content: 'Well done.' }]);
    expect(economy.store.messages.countUnhandedOfOperator('ann')).toBe(0);
    expect(inboxBefore(economy, 'ann', 9, 9).map(messageView)).toMatchObject([{ id: 'msg_1', from: 'operator' }]);
    expect(auditLedger(economy)).toMatchObject({ ok: true });
  });

  it('has room of its own, which a rival can not fill and which leaves the rival its own', () => {
    fill();
    expect(sendMessage(economy, 'bob', { to: 'ann', content: 'more' })).toMatchObject({ code: 'inbox_full' });
    accepted(tell('one'));
    accepted(tell('two'));
    expect(tell('three')).toMatchObject({ ok: false, code: 'inbox_full', limit: 2 });
  });

  it('comes before those of others, however many and new they are', () => {
    accepted(tell('first'));
    fill();
    accepted(tell('second'));
    expect(inbox().map(({ content }) => content)).toEqual(['first', 'second', 'spam 3']);
  });

  it('is news again where its execution never began', () => {
    accepted(tell('x'));
    const executionId = nextCycle(economy).allocated[0]!;
    startExecution(economy, executionId, { serviceUrl: SERVICE_URL, materials: null });
    expect(economy.store.messages.countUnhandedOfOperator('ann')).toBe(0);
    const ending = { outcome: 'system_fault', detail: 'x', exitCode: null, usage: NO_USAGE, requests: 0 } as const;
    settleExecution(economy, { executionId, ...ending });
    expect(economy.store.messages.countUnhandedOfOperator('ann')).toBe(1);
  });

  it('acts in no terminal', () => {
    accepted(tell('\u001b]0;x\u0007 a\rb'));
    expect(inbox()).toMatchObject([{ content: '␛]0;x␇ a\nb' }]);
  });

  it.each([
    ['empty', 'ann', ''],
    ['empty', 'ann', ' \n'],
    ['too_large', 'ann', 'x'.repeat(8193)],
    // Each becomes three bytes.
    ['too_large', 'ann', '\u001b'.repeat(8192)],
    ['invalid_id', 'Ann!', 'x'],
    ['agent_not_found', 'nobody', 'x'],
    ['agent_not_found', 'operator', 'x'],
  ])('is refused with %s', (code, agentId, content) => {
    expect(tell(content, agentId)).toMatchObject({ ok: false, code });
    expect(economy.store.messages.page(9, 9)).toEqual([]);
  });

  it('is refused to the stopped and the dead', () => {
    accepted(stopAgent(economy, 'bob'));
    expect(tell('x', 'bob')).toMatchObject({ ok: false, code: 'agent_stopped' });
    economy.store.agents.markDead('bob', 1);
    expect(tell('x', 'bob')).toMatchObject({ ok: false, code: 'agent_dead' });
  });

  it('goes to all that live, the dormant ones too, and leaves out who has no room', () => {
    makeAgent(economy, 'cid');
    makeAgent(economy, 'dan');
    economy.store.agents.markDormant('bob', 1);
    economy.store.agents.markDead('cid', 1);
    accepted(stopAgent(economy, 'dan'));
    accepted(tell('one'));
    accepted(tell('two'));
    const { told, full } = accepted(tellAll(economy, 'hear'));
    expect({ told, full }).toEqual({ told: [{ agentId: 'bob', messageId: 3 }], full: ['ann'] });
    accepted(tellAll(economy, 'hear again'));
    expect(tellAll(economy, 'no more')).toMatchObject({ ok: false, code: 'inbox_full' });
  });

  it('to all is refused where nobody lives', () => {
    for (const id of ['ann', 'bob']) economy.store.agents.markDead(id, 1);
    expect(tellAll(economy, 'x')).toMatchObject({ ok: false, code: 'agent_not_found' });
  });

  it('goes with all text of an agent that has read it', () => {
    accepted(tell('x'));
    accepted(tell('y', 'bob'));
    economy.store.agents.markDead('ann', 1);
    expect(accepted(purgeAgent(economy, 'ann')).rows.messages).toBe(1);
    expect(economy.store.messages.page(9, 9)).toMatchObject([{ toId: 'bob', fromId: null }]);
  });
});

describe('the id of the operator', () => {
  it('is given to no agent, and none can write to it', () => {
    const refused = { ok: false, code: 'invalid_id', field: 'id' };
    expect(bootstrapAgent(economy, { id: 'operator', files: undefined })).toMatchObject(refused);
    const child = {
      initialCredits: micro(400_000_000),
      firstBid: { bundle: BARE, amount: micro(9_000_000) },
      files: [],
    };
    expect(spawnAgent(economy, 'ann', { id: 'operator', ...child })).toMatchObject(refused);
    expect(sendMessage(economy, 'ann', { to: 'operator', content: 'x' })).toMatchObject({ code: 'agent_not_found' });
    expect(economy.store.agents.find('operator')).toBeUndefined();
  });
});
