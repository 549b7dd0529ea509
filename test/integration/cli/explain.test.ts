import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { welcomeHuman } from '../../../src/economy/attention/prompt-slot.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  nextCycle,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

let home: CliHome;
let economy: TestEconomy;
beforeEach(() => {
  home = cliHome();
  economy = home.open();
});
afterEach(() => {
  economy.close();
  home.remove();
});

/** Runs once, with attention, and shows something. */
function shows(agentId: string): void {
  const { id } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION }).execution;
  accepted(submitPrompt(economy, { executionId: id, agentId }, { content: 'Look.' }));
  settle(economy, id);
}

function cycles(count: number): void {
  for (let number = 0; number < count; number++) nextCycle(economy);
}

/** What explain says below the table. */
async function explained(bid: number): Promise<readonly string[]> {
  const { stdout } = await home.run('explain', String(bid));
  return stdout.trimEnd().split('\n').slice(3);
}

describe('explain', () => {
  it('says in one line what stayed the same, and whose prompt was in the way', async () => {
    shows('ada');
    shows('bob');
    makeAgent(economy, 'carol', { bundle: WITH_ATTENTION });
    cycles(50);
    expect(await explained(3)).toEqual([
      'cycles 3 to 52: no attention free: prompt_2 of bob held it; did not compete',
      '(the newest 50 cycles; more with --limit)',
      'now prompt_1 of ada waits for your marks, and prompt_2 of bob waits behind it',
    ]);
    const json = await home.json<{ cycles: readonly unknown[]; attention_now: unknown }>('explain', '3');
    expect(json.cycles).toHaveLength(50);
    expect(json.cycles[0]).toMatchObject({
      ...{ cycle: 3, human_away: false },
      attention_held_by: { execution_id: 'exe_2', agent_id: 'bob', prompt_id: 'prompt_2' },
    });
    expect(json.attention_now).toEqual({
      human_away: false,
      quiet_until: null,
      minutes_spent: null,
      open_prompt: { id: 'prompt_1', agent_id: 'ada' },
      queued_prompt: { id: 'prompt_2', agent_id: 'bob' },
    });
  });

  it('names the execution while it shows nothing yet', async () => {
    runningAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    makeAgent(economy, 'bob', { bundle: WITH_ATTENTION });
    cycles(2);
    expect(await explained(2)).toEqual(['cycles 2 to 3: no attention free: exe_1 of ada held it; did not compete']);
  });

  it('says that you are away, and how that ends', async () => {
    shows('ada');
    // Nobody answers for as long as a prompt stands.
    economy.clock.advance(1_300_000);
    for (let number = 0; !economy.store.state.get().humanAway && number < 300; number++) nextCycle(economy);
    makeAgent(economy, 'bob', { bundle: WITH_ATTENTION });
    cycles(3);
    const [line, ...rest] = await explained(2);
    expect(line).toMatch(/^cycles \d+ to \d+: no attention free: you counted as away; did not compete$/);
    expect(rest).toEqual([
      'now you count as away: no attention is sold until bp-agents prompts says that you are back',
    ]);
    welcomeHuman(economy);
    cycles(1);
    const after = await explained(2);
    expect(after.at(0)).toBe(line);
    expect(after.at(1)).toMatch(/^cycle \d+: won; 1st of 1$/);
    expect(after.at(-1)).not.toContain('now');
  });

  it('bootstrap says so, too, where the first letter will wait for that', async () => {
    economy.store.state.setHumanAway(true);
    const { stdout } = await home.run('bootstrap');
    expect(stdout).toContain(
      'you count as away, so the first letter of genesis will wait: bp-agents prompts, or a key at the terminal of the run, says that you are back\n',
    );
    expect(await home.json('bootstrap', '--id', 'other')).toMatchObject({ waits_for_human: true });
    const silent = await home.run(
      'bootstrap',
      '--id',
      'quiet',
      '--bundle',
      'cpu_seconds=1,memory_mb=64,tokens=0,attention=0',
    );
    expect(silent.stdout).not.toContain('away');
    await home.run('prompts');
    expect(await home.json('bootstrap', '--id', 'third')).toMatchObject({ waits_for_human: false });
  });

  it('goes on in another line where the verdict changes, and gives what changed within one as a span', async () => {
    shows('ada');
    runningAgent(economy, 'bob');
    accepted(skipPrompt(economy, 1));
    bidFor(economy, 'bob');
    const waiting = economy.store.bids.pending().at(-1)!.id;
    cycles(2);
    expect(await explained(waiting)).toEqual(['cycles 3 to 4: agent already running; did not compete']);
    settle(economy, 2);
    cycles(1);
    const lines = await explained(waiting);
    expect(lines.slice(0, 2)).toEqual([
      'cycles 3 to 4: agent already running; did not compete',
      'cycle 5: won; 1st of 1',
    ]);
    expect(lines[2]).toMatch(/^ {2}offered [\d.]+ for what cost [\d.]+ at the reserve$/);
  });
});
