import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { LiveEconomy } from '../../../src/operator/live-economy.ts';
import { PromptDesk } from '../../../src/operator/prompt-desk.ts';
import { RunTally } from '../../../src/operator/run-tally.ts';
import { micro } from '../../../src/domain/credits.ts';
import {
  accepted,
  BARE,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
let live: LiveEconomy;
beforeEach(() => {
  economy = openTestEconomy();
  live = new LiveEconomy(economy);
});
afterEach(() => economy.close());

describe('what is seen of a running economy', () => {
  it('is new as soon as this process itself has changed it', async () => {
    const { execution } = runningAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    const caller = { executionId: execution.id, agentId: 'ada' };
    const { promptId } = accepted(submitPrompt(economy, caller, { content: 'Here.' }));
    expect(live.changed()?.open_prompt).toMatchObject({ id: 'prompt_1' });
    expect(live.changed()).toBeUndefined();
    accepted(await new PromptDesk(economy).skip(promptId, 'terminal'));
    expect(live.changed()?.open_prompt).toBeNull();
  });
});

describe('what is coming', () => {
  it('is the bid that asks for attention, and when it competes', () => {
    makeAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    expect(live.now().coming).toMatch(/^bid_1 asks for your attention, with the next cycle: if it wins, ada runs/);
  });

  it('is the next execution where nobody asks for attention, with the time until then', () => {
    makeAgent(economy, 'ada');
    nextCycle(economy);
    settle(economy, 1);
    accepted(placeBid(economy, 'ada', { bundle: BARE, amount: micro(20_000_000), earliestCycle: 40 }));
    expect(live.now().coming).toMatch(
      /^no bid asks for your attention now; ada can run from cycle 40 on, in about \d+ min$/,
    );
  });

  it('is nothing of its own accord where no bid is pending', () => {
    makeAgent(economy, 'ada');
    nextCycle(economy);
    expect(live.now().coming).toContain('no bid is pending');
  });
});

describe('what a run came to', () => {
  it('counts what happened since its beginning, and says what waits', async () => {
    const show = (agentId: string) => {
      const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
      accepted(submitPrompt(economy, { executionId: execution.id, agentId }, { content: `from ${agentId}` }));
      settle(economy, execution.id);
    };
    const desk = new PromptDesk(economy);
    show('ada');
    accepted(await desk.skip(1, 'terminal'));
    const tally = new RunTally(economy);
    show('bob');
    accepted(await desk.score(2, { interesting: 5, useful: 5, understandable: 5 }, null, 'page'));
    show('cy');
    tally.note({ kind: 'cycle', cycle: 3, winners: 1, bids: 1 });
    tally.note({ kind: 'settled', executionId: 2, agentId: 'bob', outcome: 'agent_error', detail: '' });
    expect(tally.summary()).toMatchObject({
      ...{ cycles: 1, executions: 1, failed: 1 },
      prompts: { scored: 1, skipped: 0, expired: 0 },
      waiting: [{ id: 'prompt_3', agent_id: 'cy', status: 'open' }],
    });
  });
});
