import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endLimitMs } from '../../../src/operator/running-process.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import {
  accepted,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

const DAY = 86_400_000;

// Whatever the wall clock does, only the market's own running time ends anything.
describe.each([
  ['goes on as ever', 0],
  ['goes back a day', -DAY],
  ['jumps a day forward', DAY],
])('while the wall clock %s', (_what, jump) => {
  let economy: TestEconomy;
  beforeEach(() => {
    economy = openTestEconomy({
      overrides: ['attention.prompt_ttl_seconds=35', 'market.ttl_seconds=30', 'lifecycle.dormant_seconds=40'],
    });
  });
  afterEach(() => {
    expect(auditLedger(economy)).toMatchObject({ ok: true, first_difference: null });
    economy.close();
  });

  const promptOf = (id: number) => economy.store.prompts.find(id)?.status;

  function prompt(): number {
    const { execution } = runningAgent(economy, 'writer', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'writer' }, { content: 'mark me' }));
    return execution.id;
  }

  it('a prompt expires neither early nor late, and is refunded once', () => {
    settle(economy, prompt());
    economy.clock.jump(jump);
    for (let cycle = 0; cycle < 4; cycle++) nextCycle(economy);
    expect(promptOf(1)).toBe('open');
    economy.clock.jump(-jump);
    nextCycle(economy);
    expect(promptOf(1)).toBe('expired');
  });

  it('an answer is taken and paid', () => {
    const executionId = prompt();
    economy.clock.jump(jump);
    accepted(scorePrompt(economy, 1, { interesting: 1, useful: 2, understandable: 3 }, null));
    economy.clock.jump(jump);
    expect(settle(economy, executionId)).toBe(true);
    nextCycle(economy);
    expect(promptOf(1)).toBe('scored');
  });

  it('a bid expires after the cycles in which it competed', () => {
    const everything = { cpuMs: 1000, memoryMb: 3200, tokens: 0, attention: 0 } as const;
    runningAgent(economy, 'large', { bundle: everything });
    makeAgent(economy, 'waiting', { bundle: everything });
    for (let cycle = 0; cycle < 2; cycle++) {
      nextCycle(economy);
      economy.clock.jump(jump);
    }
    expect(economy.store.bids.pending().length).toBe(1);
    nextCycle(economy);
    expect(economy.store.bids.pending().length).toBe(0);
  });

  it('a stop waits as long as what runs may take, no day longer and no day less', () => {
    const { execution } = runningAgent(economy, 'a');
    const { backstop_ms: backstopMs, stop_grace_ms: graceMs } = economy.config.sandbox;
    economy.clock.jump(jump);
    const { spare_ms: spareMs, locked_ms: lockedMs } = economy.config.ending;
    const { answer_wait_ms: answerMs } = economy.config.intelligence;
    expect(endLimitMs(economy)).toBe(execution.wallMs + backstopMs + graceMs + answerMs + spareMs + lockedMs);
  });
});
