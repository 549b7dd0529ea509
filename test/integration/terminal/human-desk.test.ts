import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Economy } from '../../../src/economy/economy.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { publishRequest } from '../../../src/economy/requests/publish-request.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { PromptDesk } from '../../../src/operator/prompt-desk.ts';
import { openStore } from '../../../src/store/store.ts';
import { HumanDesk } from '../../../src/terminal/human-desk.ts';
import type { Answer, AskedPrompt, Terminal } from '../../../src/terminal/view.ts';
import {
  accepted,
  bidFor,
  openTestEconomy,
  runningAgent,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
  withStore,
} from '../../helpers/economy.ts';

const MARKS = { interesting: 5, useful: 6, understandable: 7 };

/** A human whose answers the test gives. */
class ScriptedTerminal implements Terminal {
  readonly interactive = true;
  readonly asked: AskedPrompt[] = [];
  /** Questions that were taken away. */
  readonly takenAway: string[] = [];
  #answer: ((answer: Answer) => void) | undefined;

  ask(prompt: AskedPrompt, signal: AbortSignal): Promise<Answer> {
    this.asked.push(prompt);
    return new Promise((resolve) => {
      this.#answer = resolve;
      signal.addEventListener('abort', () => {
        this.takenAway.push(prompt.id);
        resolve({ kind: 'closed' });
      });
    });
  }

  answer(answer: Answer): void {
    this.#answer?.(answer);
  }

  show(): void {
    throw new Error('the desk shows nothing');
  }
  event(): void {
    throw new Error('the desk has its own way to say things');
  }
  close(): void {
    // Nothing to give back.
  }
}

let economy: TestEconomy;
let terminal: ScriptedTerminal;
let desk: HumanDesk;
let said: string[];
let store: TestEconomy['store'];

beforeEach(() => {
  economy = openTestEconomy();
  terminal = new ScriptedTerminal();
  said = [];
  desk = deskOf(economy);
  store = openStore({ path: economy.databasePath, create: false, now: 0 });
});
afterEach(() => {
  store.close();
  economy.close();
});

function deskOf(economyOfDesk: Economy): HumanDesk {
  return new HumanDesk({
    prompts: new PromptDesk(economyOfDesk),
    terminal,
    say: (line) => said.push(line),
    onFailure: (error) => said.push(String(error)),
  });
}

/** An execution with attention shows a prompt. */
function show(agentId: string): number {
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const draft = { content: `from ${agentId}`, title: 'A letter' };
  return accepted(submitPrompt(economy, { executionId: execution.id, agentId }, draft)).promptId;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the desk', () => {
  it('asks nothing while no prompt is open', () => {
    desk.look();
    expect(terminal.asked).toEqual([]);
  });

  it('asks for the open prompt once, takes the marks and says what they issued', async () => {
    show('genesis');
    desk.look();
    desk.look();
    expect(terminal.asked).toEqual([
      {
        ...{ id: 'prompt_1', agent_id: 'genesis', title: 'A letter', content: 'from genesis', files: [] },
        known_opening: null,
      },
    ]);
    terminal.answer({ kind: 'scored', scores: MARKS, reason: 'good' });
    await settled();
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'scored', scores: MARKS, reason: 'good' });
    expect(said).toEqual(['prompt_1: +450 to genesis, who now has 1,391.75: 23 more prompts']);
  });

  it('shows which request the prompt answers', () => {
    accepted(publishRequest(economy, { text: 'Find me a book.', files: [], until: null }));
    const { execution } = runningAgent(economy, 'genesis', { bundle: WITH_ATTENTION });
    const caller = { executionId: execution.id, agentId: 'genesis' };
    accepted(submitPrompt(economy, caller, { content: 'Here.', requestId: 1 }));
    desk.look();
    expect(terminal.asked).toMatchObject([{ request: { id: 'request_1', text: 'Find me a book.' } }]);
  });

  it('knows how the last letter of the same agent began, once that was answered', async () => {
    const { execution } = runningAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    const shown = { content: 'Good day.\n\nOne.' };
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'ada' }, shown));
    settle(economy, execution.id);
    desk.look();
    terminal.answer({ kind: 'skipped' });
    await settled();
    bidFor(economy, 'ada', { bundle: WITH_ATTENTION });
    const again = runWinners(economy).get('ada');
    accepted(submitPrompt(economy, { executionId: again?.execution.id ?? 0, agentId: 'ada' }, shown));
    desk.look();
    expect(terminal.asked.map(({ known_opening }) => known_opening)).toEqual([null, 'Good day.']);
  });

  it('asks for the next one, which took the slot with the answer', async () => {
    show('first');
    show('second');
    desk.look();
    terminal.answer({ kind: 'skipped' });
    await settled();
    desk.look();
    expect(terminal.asked.map(({ id }) => id)).toEqual(['prompt_1', 'prompt_2']);
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'skipped', reward: 0 });
  });

  it('takes a question away when another process has answered it', async () => {
    show('genesis');
    desk.look();
    accepted(scorePrompt(withStore(economy, store), 1, MARKS, null));
    expect(terminal.takenAway).toEqual([]);
    desk.look();
    expect(terminal.takenAway).toEqual(['prompt_1']);
    await settled();
    desk.look();
    expect(terminal.asked).toHaveLength(1);
    expect(said).toEqual([
      expect.stringMatching(
        /^prompt_1 was marked 5 6 7 by a command: \+450 to genesis, who now has [\d,.]+: [\d,]+ more prompts?$/,
      ),
    ]);
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'scored', scores: MARKS });
  });

  it('says how a prompt was answered on the page of the same run', async () => {
    show('genesis');
    show('ada');
    const prompts = new PromptDesk(economy);
    desk = new HumanDesk({
      prompts,
      terminal,
      say: (line) => said.push(line),
      onFailure: (error) => said.push(String(error)),
    });
    desk.look();
    accepted(await prompts.score(1, MARKS, 'good', 'page'));
    desk.look();
    await settled();
    desk.look();
    accepted(await prompts.skip(2, 'page'));
    desk.look();
    await settled();
    expect(said).toEqual([
      expect.stringMatching(
        /^prompt_1 was marked 5 6 7 on the page \(“good”\): \+450 to genesis, who now has [\d,.]+: /,
      ),
      expect.stringMatching(/^prompt_2 was skipped on the page: nothing to ada, who now has [\d,.]+: /),
    ]);
  });

  it('says so where the answer came too late', async () => {
    show('genesis');
    desk.look();
    accepted(scorePrompt(withStore(economy, store), 1, MARKS, null));
    terminal.answer({ kind: 'skipped' });
    await settled();
    expect(said).toEqual(['prompt_1 was already scored']);
  });

  it('asks again where the answer could not be kept', async () => {
    show('genesis');
    let isFull = true;
    const transaction = <T>(work: () => T): T => {
      if (isFull) throw new Error('the disk is full');
      return economy.store.transaction(work);
    };
    const careful = withStore(economy, { ...economy.store, transaction });
    desk = deskOf(careful);
    desk.look();
    terminal.answer({ kind: 'skipped' });
    await settled();
    expect(said).toEqual([expect.stringContaining('the disk is full')]);
    isFull = false;
    desk.look();
    terminal.answer({ kind: 'skipped' });
    await settled();
    expect(terminal.asked).toHaveLength(2);
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'skipped' });
  });

  it('does not ask again what the human closed', async () => {
    show('genesis');
    desk.look();
    terminal.answer({ kind: 'closed' });
    await settled();
    desk.look();
    expect(terminal.asked).toHaveLength(1);
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'open' });
  });

  it('leaves the prompt open when it closes', async () => {
    show('genesis');
    desk.look();
    await desk.close();
    await desk.close();
    expect(terminal.takenAway).toEqual(['prompt_1']);
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'open' });
  });
});
