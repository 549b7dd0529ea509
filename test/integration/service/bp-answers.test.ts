import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { bpShell, compileBp, type BpShell } from '../../helpers/bp-command.ts';
import { accepted, bidFor, makeAgent, runWinners, settle, WITH_ATTENTION } from '../../helpers/economy.ts';
import { needsCompiler } from '../../helpers/needs.ts';
import { openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;
let shell: BpShell;

beforeEach(async (context) => {
  needsCompiler(context);
  test = await openTestService({ overrides: ['market.supply.attention=1', 'service.list_max=1'] });
  makeAgent(test.economy, 'ann', { bundle: WITH_ATTENTION, credits: 5000 });
  await begin();
});
afterEach(async () => {
  shell.close();
  await test.close();
});

async function begin(): Promise<void> {
  const started = runWinners(test.economy).get('ann')!;
  ann = await test.connect(started);
  shell = await bpShell(compileBp(), ann, started.handshake);
}

async function liveOn(): Promise<void> {
  shell.close();
  settle(test.economy, ann.executionId);
  bidFor(test.economy, 'ann', { bundle: WITH_ATTENTION });
  await begin();
}

const ask = (content: string) =>
  accepted(submitPrompt(test.economy, { executionId: ann.executionId, agentId: 'ann' }, { content }));

describe('bp answers', () => {
  it('joins what was asked from as many pages as it takes', async () => {
    const { promptId } = ask('First?');
    await liveOn();
    ask('Second?');
    accepted(scorePrompt(test.economy, promptId, { interesting: 1, useful: 2, understandable: 3 }, null));
    await liveOn();
    ask('Third?');
    expect(await shell.ask('answers', 'prompt_id', 'content')).toBe('prompt_1\tFirst?\n');
  });
});
