import { submitPrompt, type PromptDraft } from '../../src/economy/attention/submit-prompt.ts';
import { accepted, bidFor, runningAgent, runWinners, settle, WITH_ATTENTION, type TestEconomy } from './economy.ts';

/** A letter with all that Markdown has. */
const LETTER = `Three books, as you asked.

1. **Small Growth** (96 p.)
2. *Water First*, see [the review](https://books.example/water)

> A city is a slow conversation.

## How I chose

| book | pages | year | read in | price |
|---|--:|--:|---|--:|
| Small Growth | 96 | 2019 | a train ride | 12 |

- [x] in print

\`\`\`
worth = pages < 200
\`\`\`
`;

/** An agent, made where there is none, runs and shows something. Returns the prompt's number. */
export function showLetter(economy: TestEconomy, agentId: string, draft: Partial<PromptDraft> = {}): number {
  const execution = runningOf(economy, agentId);
  const shown = { content: LETTER, title: `A letter of ${agentId}`, ...draft };
  const files = shown.files?.map((name) => Buffer.from(`content of ${name}\n`));
  const { promptId } = accepted(submitPrompt(economy, { executionId: execution, agentId }, shown, files));
  settle(economy, execution);
  return promptId;
}

function runningOf(economy: TestEconomy, agentId: string): number {
  if (!economy.store.agents.find(agentId))
    return runningAgent(economy, agentId, { bundle: WITH_ATTENTION }).execution.id;
  bidFor(economy, agentId, { bundle: WITH_ATTENTION });
  const started = runWinners(economy).get(agentId);
  if (!started) throw new Error(`${agentId} did not win`);
  return started.execution.id;
}
