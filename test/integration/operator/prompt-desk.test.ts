import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { answeredLine } from '../../../src/operator/answered-prompt.ts';
import { PromptDesk } from '../../../src/operator/prompt-desk.ts';
import {
  accepted,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

const MARKS = { interesting: 5, useful: 5, understandable: 5 };

let economy: TestEconomy;
let desk: PromptDesk;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['lifecycle.dormant_seconds=20', 'attention.prompt_ttl_seconds=25'] });
  desk = new PromptDesk(economy);
});
afterEach(() => economy.close());

/** An execution shows a prompt and ends. */
function show(agentId: string): number {
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const shown = submitPrompt(economy, { executionId: execution.id, agentId }, { content: `from ${agentId}` });
  settle(economy, execution.id);
  return accepted(shown).promptId;
}

describe('an answer', () => {
  it('tells what its agent owns now, and how many prompts such as this one that buys', async () => {
    const answered = accepted(await desk.score(show('ada'), MARKS, null, 'page'));
    const { price } = economy.store.executions.get(1);
    const owned = 1_000_000_000 - price + 375_000_000;
    expect(answered.means).toEqual({ balance: owned, prompts: Math.floor(owned / price) });
    expect(answeredLine(answered)).toBe('+375 to ada, who now has 1,316.75: 22 more prompts');
  });

  it('counts what the next bid holds as owned', async () => {
    const { execution } = runningAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    const bundle = { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 1 };
    const draft = { content: 'more?', nextBid: { bundle, amount: 100 } };
    const promptId = accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'ada' }, draft)).promptId;
    const { means } = accepted(await desk.score(promptId, MARKS, null, 'page'));
    const { posted, pending } = economy.store.accounts.balance('ada');
    expect(pending).toBe(100_000_000);
    expect(means?.balance).toBe(posted);
  });

  it('says of a dead agent that its reward is burnt', async () => {
    const promptId = show('ada');
    economy.store.agents.markDead('ada', 1);
    const answered = accepted(await desk.score(promptId, MARKS, null, 'page'));
    expect(answered.means).toBeNull();
    expect(answeredLine(answered)).toBe('+375 to ada, who is dead: it is burnt');
  });

  it('is known by where it was given', async () => {
    const [first, second] = [show('ada'), show('bob')];
    accepted(await desk.score(first, MARKS, 'clear', 'page'));
    accepted(await desk.skip(second, 'terminal'));
    const third = show('cy');
    accepted(scorePrompt(economy, third, MARKS, null));
    expect(desk.ending(first)).toMatchObject({ place: 'page', prompt: { status: 'scored', reason: 'clear' } });
    expect(desk.ending(second)).toMatchObject({ place: 'terminal', prompt: { status: 'skipped' } });
    expect(desk.ending(third)).toMatchObject({ place: 'elsewhere', prompt: { scores: MARKS } });
  });

  it('is nobody’s where the prompt waits or expired', () => {
    const promptId = show('ada');
    expect(desk.ending(promptId)).toBeUndefined();
    for (let cycle = 0; cycle < 5; cycle++) nextCycle(economy);
    expect(desk.ending(promptId)).toMatchObject({ place: null, prompt: { status: 'expired' } });
    expect(desk.ending(99)).toBeUndefined();
  });
});
