import { scorePrompt } from '../../src/economy/attention/end-prompt.ts';
import { sendMessage } from '../../src/economy/agents/send-message.ts';
import { publishRequest } from '../../src/economy/requests/publish-request.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import { micro } from '../../src/domain/credits.ts';
import { transferCredits } from '../../src/economy/money/transfer-credits.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  runningAgent,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from './economy.ts';

export interface Words {
  readonly title: string;
  readonly content: string;
  readonly memo: string;
  readonly message: string;
  readonly reason: string;
  /** The operator's. */
  readonly request: string;
  /** The name of a file that is handed over. */
  readonly file?: string;
}

const PLAIN: Words = {
  title: 'A letter',
  content: 'Mark me.',
  memo: 'thanks',
  message: 'hello',
  reason: 'clear',
  request: 'Find me a book.',
};

/** Two agents: one was scored and shows another prompt, one pays and writes to it and bids. Agents say `words`. */
export function plant(economy: TestEconomy, words: Words = PLAIN): void {
  const { title, content } = words;
  const first = runningAgent(economy, 'genesis', { bundle: WITH_ATTENTION });
  accepted(submitPrompt(economy, callerOf(first.execution.id), { title, content }));
  settle(economy, first.execution.id);
  accepted(scorePrompt(economy, 1, { interesting: 7, useful: 8, understandable: 9 }, words.reason));
  bidFor(economy, 'genesis', { bundle: WITH_ATTENTION });
  const second = runWinners(economy).get('genesis')?.execution.id ?? 0;
  const { id: requestId } = accepted(publishRequest(economy, { text: words.request, files: [], until: null }));
  const files = words.file === undefined ? [] : [words.file];
  accepted(
    submitPrompt(
      economy,
      callerOf(second),
      { title, content, files, requestId },
      files.map(() => Buffer.from('x')),
    ),
  );
  settle(economy, second, 'agent_error');
  makeAgent(economy, 'other');
  accepted(transferCredits(economy, 'other', { to: 'genesis', amount: micro(2_500_000), memo: words.memo }));
  accepted(sendMessage(economy, 'other', { to: 'genesis', content: words.message }));
}

function callerOf(executionId: number) {
  return { executionId, agentId: 'genesis' };
}
