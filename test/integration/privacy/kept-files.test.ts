import { afterEach, describe, expect, it } from 'vitest';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { forgetOldText } from '../../../src/economy/privacy/forget-old-text.ts';
import { purgePrompt } from '../../../src/economy/privacy/purge-prompt.ts';
import { promptsBefore } from '../../../src/economy/views/prompt-view.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  openTestEconomy,
  runWinners,
  settle,
  WITH_ATTENTION,
} from '../../helpers/economy.ts';
import type { TestEconomy } from '../../helpers/economy.ts';

const MB = 1_048_576;
let economy: TestEconomy;
afterEach(() => economy.close());

function open(...overrides: readonly string[]): void {
  economy = openTestEconomy({ overrides });
  makeAgent(economy, 'ann', { credits: 100_000, bundle: WITH_ATTENTION });
}

/** One more prompt with files of these sizes, which has the slot. */
function show(...sizes: readonly number[]): number {
  if (!economy.store.bids.hasPendingOwn('ann')) bidFor(economy, 'ann', { bundle: WITH_ATTENTION, over: 10 });
  const executionId = runWinners(economy).get('ann')!.execution.id;
  const files = sizes.map((_, index) => `f${index}`);
  const contents = sizes.map((size) => Buffer.alloc(size, 'x'));
  const prompt = submitPrompt(economy, { executionId, agentId: 'ann' }, { content: 'Look!', files }, contents);
  settle(economy, executionId);
  return accepted(prompt).promptId;
}

const end = (promptId: number) => void accepted(skipPrompt(economy, promptId));
const kept = () =>
  promptsBefore(economy, 1000, 100)
    .map(({ files }) => files.map(({ isKept }) => isKept))
    .reverse();

describe('files that were handed over', () => {
  it('lose their content once there are more than are kept: the oldest of ended prompts first, their names stay', () => {
    open('history.files_mb=2');
    end(show(MB, 1));
    end(show(MB - 1));
    expect(kept()).toEqual([[true, true], [true]]);
    const third = show(1);
    expect(kept()).toEqual([[false, false], [true], [true]]);
    expect(economy.store.promptFiles.content(1, 0)).toBeUndefined();
    expect(economy.store.prompts.find(1)?.files[0]).toMatchObject({ name: 'f0', bytes: MB });
    end(third);
    end(show(2 * MB));
    expect(kept()).toEqual([[false, false], [false], [false], [true]]);
    expect(auditLedger(economy)).toMatchObject({ ok: true });
  });

  it('are kept while their prompt waits for the human, whatever they weigh', () => {
    open('history.files_mb=0');
    const first = show(10);
    expect(kept()).toEqual([[true]]);
    end(first);
    show();
    expect(kept()).toEqual([[true], []]);
    end(2);
    show(10);
    expect(kept()).toEqual([[false], [], [true]]);
  });

  it('go with the text of their prompt, a few megabytes at a time', () => {
    open('history.days.prompts=1', 'attention.files_bytes_max=8000000');
    for (let count = 0; count < 4; count++) end(show(5_000_000));
    const waiting = show(5);
    economy.clock.advance(2 * 86_400_000);
    expect([forgetOldText(economy), forgetOldText(economy), forgetOldText(economy)]).toEqual([2, 2, 0]);
    expect(kept()).toEqual([[], [], [], [], [true]]);
    end(waiting);
    accepted(purgePrompt(economy, waiting));
    expect(kept().flat()).toEqual([]);
  });
});
