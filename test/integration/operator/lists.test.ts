import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../../src/domain/refusal.ts';
import { agentList } from '../../../src/operator/views/agent-list.ts';
import { bidList } from '../../../src/operator/views/bid-list.ts';
import { callList } from '../../../src/operator/views/call-list.ts';
import { cycleList } from '../../../src/operator/views/cycle-list.ts';
import { executionList } from '../../../src/operator/views/execution-list.ts';
import { knownExecution } from '../../../src/operator/views/known-execution.ts';
import { messageList } from '../../../src/operator/views/message-list.ts';
import { bidExplained, bidWithFates } from '../../../src/operator/views/one-bid.ts';
import { promptList } from '../../../src/operator/views/prompt-list.ts';
import { transferList } from '../../../src/operator/views/transfer-list.ts';
import { wholeAgent } from '../../../src/operator/views/whole-agent.ts';
import { accepted, makeAgent, nextCycle, openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy();
  makeAgent(economy, 'a');
  makeAgent(economy, 'b');
  nextCycle(economy);
});
afterEach(() => economy.close());

const LISTS: Readonly<Record<string, (limit: number) => Result<unknown>>> = {
  agents: (limit) => agentList(economy, { limit }),
  bids: (limit) => bidList(economy, { limit }),
  'bids explained': (limit) => bidExplained(economy, 1, limit),
  calls: (limit) => callList(economy, { limit }),
  cycles: (limit) => cycleList(economy, { limit }),
  executions: (limit) => executionList(economy, { limit }),
  messages: (limit) => messageList(economy, { limit }),
  transfers: (limit) => transferList(economy, { limit }),
  prompts: (limit) => promptList(economy, { limit }),
};

describe('a list', () => {
  it.each([
    [0, 'too_small'],
    [-1, 'negative'],
    [1.5, 'not_integer'],
    [NaN, 'not_finite'],
    [1_000_001, 'too_large'],
    ['9', 'wrong_type'],
  ])('of the newest %s rows is refused as %s', (limit, code) => {
    for (const list of Object.values(LISTS))
      expect(list(limit as number)).toMatchObject({ ok: false, code, field: 'limit' });
  });

  it('has the newest rows, the newest last', () => {
    nextCycle(economy);
    expect(accepted(cycleList(economy, { limit: 1 }))).toMatchObject([{ cycle: 2, tokens: { sold: 0, used: 0 } }]);
    expect(accepted(bidList(economy, { limit: 9 }))).toMatchObject([{ id: 'bid_1' }, { id: 'bid_2' }]);
    expect(accepted(agentList(economy, { limit: 1 }))).toMatchObject([{ id: 'b' }]);
    expect(accepted(executionList(economy, { limit: 9, agent: 'a' }))).toMatchObject([{ agent_id: 'a' }]);
  });
});

describe('what is asked for by an id', () => {
  it.each([0, -1, 1.5, NaN])('is refused where no row can have the number %s', (id) => {
    for (const result of [
      bidWithFates(economy, id),
      bidExplained(economy, id, 5),
      knownExecution(economy, id),
      callList(economy, { limit: 5, executionId: id }),
    ])
      expect(result).toMatchObject({ ok: false, code: 'invalid_id' });
  });

  it('is refused where there is no such row, with the command that lists them', () => {
    expect(bidWithFates(economy, 9)).toMatchObject({ code: 'bid_not_found' });
    expect(knownExecution(economy, 9)).toMatchObject({ code: 'execution_not_found' });
    for (const result of [wholeAgent(economy, 'nobody'), bidList(economy, { limit: 5, agent: 'nobody' })])
      expect(result).toMatchObject({ code: 'agent_not_found' });
    for (const result of [wholeAgent(economy, '../a'), promptList(economy, { limit: 5, agent: 'A' })])
      expect(result).toMatchObject({ code: 'invalid_id' });
  });
});
