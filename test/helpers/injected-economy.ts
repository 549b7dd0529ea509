import { scorePrompt } from '../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import { publishRequest } from '../../src/economy/requests/publish-request.ts';
import { accepted, openTestEconomy, runningAgent, settle, WITH_ATTENTION, type TestEconomy } from './economy.ts';
import { INJECTIONS, type Injection } from './injections.ts';

export interface InjectedEconomy extends TestEconomy {
  /** By number of prompt, from 1 on: what it holds. The last one is open, all others were marked. */
  readonly planted: readonly Injection[];
}

const MARKS = { interesting: 5, useful: 5, understandable: 5 };
const [TITLE_CHARS, REASON_CHARS, REQUEST_CHARS] = [200, 1000, 60_000];

/**
 * An economy in which every text that a page or a report shows is an injection: contents, titles, names of files, details
 * of next bids, reasons, outcomes and requests.
 */
export function openInjectedEconomy(): InjectedEconomy {
  const economy = openTestEconomy({
    overrides: [
      'lifecycle.restarts=0',
      'attention.prompt_bytes_max=1048576',
      'requests.text_bytes_max=262144',
      'requests.open_max=100',
    ],
  });
  INJECTIONS.forEach((injection, index) => {
    if (index > 0) accepted(scorePrompt(economy, index, MARKS, textOf(INJECTIONS[index - 1]).slice(0, REASON_CHARS)));
    plantOne(economy, injection, index + 1);
  });
  return { ...economy, planted: INJECTIONS };
}

function plantOne(economy: TestEconomy, { text }: Injection, number: number): void {
  const agentId = `agent-${number}`;
  accepted(publishRequest(economy, { text: text.slice(0, REQUEST_CHARS), files: [], until: null }));
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const caller = { executionId: execution.id, agentId };
  const draft = { content: text, title: text.slice(0, TITLE_CHARS), requestId: number };
  const name = text.replaceAll('\n', ' ').slice(0, TITLE_CHARS);
  const withFile = submitPrompt(economy, caller, { ...draft, files: [name] }, [Buffer.from(text)]);
  if (!withFile.ok) accepted(submitPrompt(economy, caller, draft));
  settle(economy, execution.id, 'agent_error', text.slice(0, REASON_CHARS));
}

function textOf(injection: Injection | undefined): string {
  return injection?.text ?? '';
}
