import type { AgentStatus } from '../domain/agent.ts';
import type { BidStatus } from '../domain/bid.ts';
import { OUTCOMES, type Outcome } from '../domain/execution.ts';
import { formatId, parseId } from '../domain/ids.ts';
import { TRANSFER_KINDS, type TransferKind } from '../domain/ledger.ts';
import { accept } from '../domain/refusal.ts';
import { auditLedger } from '../economy/audit/audit-ledger.ts';
import { snapshot } from '../economy/snapshot.ts';
import { marketStateView } from '../economy/views/market-view.ts';
import { statusFromOutside } from '../economy/views/status-view.ts';
import { outputTail, printingExecution } from '../operator/kept-outputs.ts';
import { agentList } from '../operator/views/agent-list.ts';
import { bidList } from '../operator/views/bid-list.ts';
import { executionsWithOutput } from '../operator/views/executions-with-output.ts';
import { messageList } from '../operator/views/message-list.ts';
import { bidExplained } from '../operator/views/one-bid.ts';
import { promptList } from '../operator/views/prompt-list.ts';
import { requestList } from '../operator/views/request-list.ts';
import { transferList } from '../operator/views/transfer-list.ts';
import { wholeAgent } from '../operator/views/whole-agent.ts';
import { LIMIT, limitOf, type AssistantTool } from './assistant-tool.ts';
import type { ToolArgument } from './tool-arguments.ts';

const AGENT: ToolArgument = { type: 'string', description: 'only of this agent, such as genesis' };
const TAIL_BYTES = 4000;
const TAIL_BYTES_MAX = 16_384;

const word = (description: string, choices: readonly string[]): ToolArgument => ({
  ...{ type: 'string', description, choices },
});

const needed = (description: string): ToolArgument => ({ type: 'string', description, isRequired: true });

/** None of these changes anything; least of all does one make the operator present, or end a prompt. */
export const READING_TOOLS: readonly AssistantTool[] = [
  {
    ...{ name: 'status', description: 'The economy at a glance.', isReading: true, arguments: {} },
    work: ({ economy }) => accept(statusFromOutside(economy)),
  },
  {
    ...{ name: 'markets', description: 'Prices, supply, what is free, and demand.', isReading: true, arguments: {} },
    work: ({ economy }) => accept(snapshot(economy, () => marketStateView(economy))),
  },
  {
    ...{ name: 'agents', description: 'Who lives here and who has.', isReading: true },
    arguments: { status: word('only these', ['alive', 'dormant', 'dead'] satisfies AgentStatus[]), ...LIMIT },
    work: ({ economy }, given) =>
      agentList(economy, { limit: limitOf(given), status: given['status'] as AgentStatus | undefined }),
  },
  {
    ...{ name: 'agent', description: 'One agent, with the last of its bids, executions and prompts.', isReading: true },
    arguments: { id: needed('such as genesis') },
    work: ({ economy }, { id }) => wholeAgent(economy, String(id)),
  },
  {
    ...{ name: 'executions', description: 'Runs of agents: what each bought, used and paid.', isReading: true },
    arguments: { agent: AGENT, outcome: word('only these', OUTCOMES), ...LIMIT },
    work: (home, given) =>
      executionsWithOutput(home, {
        limit: limitOf(given),
        agent: given['agent'] as string | undefined,
        outcome: given['outcome'] as Outcome | undefined,
      }),
  },
  {
    ...{ name: 'logs', description: 'The end of what an execution printed.', isReading: true },
    arguments: {
      target: needed('an execution such as exe_17, or an agent: its newest that has printed something'),
      bytes: { type: 'integer', description: 'from its end', least: 1, most: TAIL_BYTES_MAX },
    },
    work: (home, { target, bytes = TAIL_BYTES }) => {
      const found = printingExecution(home, String(target));
      if (!found.ok) return found;
      const { id, agentId } = found.value;
      const output = outputTail(home.directory, id, Number(bytes));
      return accept({ execution_id: formatId('execution', id), agent_id: agentId, output });
    },
  },
  {
    ...{ name: 'bids', description: 'Bids and what became of them.', isReading: true },
    arguments: {
      agent: AGENT,
      status: word('only these', ['pending', 'won', 'withdrawn', 'expired', 'voided'] satisfies BidStatus[]),
      ...LIMIT,
    },
    work: ({ economy }, given) =>
      bidList(economy, {
        limit: limitOf(given),
        agent: given['agent'] as string | undefined,
        status: given['status'] as BidStatus | undefined,
      }),
  },
  {
    ...{
      name: 'explain',
      description: 'Why a bid won or lost in each cycle, and what would have won.',
      isReading: true,
    },
    arguments: { bid: needed('such as bid_17'), ...LIMIT },
    work: ({ economy }, given) => {
      const bid = parseId('bid', String(given['bid']));
      return bid.ok ? bidExplained(economy, bid.value, limitOf(given)) : bid;
    },
  },
  {
    ...{ name: 'prompts', description: 'What agents showed the operator, and the marks they got.', isReading: true },
    arguments: { agent: AGENT, open: { type: 'boolean', description: 'only the one that waits for marks' }, ...LIMIT },
    work: ({ economy }, given) =>
      promptList(economy, {
        limit: limitOf(given),
        agent: given['agent'] as string | undefined,
        open: given['open'] === true,
      }),
  },
  {
    ...{ name: 'requests', description: 'What the operator has asked for.', isReading: true },
    arguments: { all: { type: 'boolean', description: 'the closed ones, too' }, ...LIMIT },
    work: ({ economy }, given) => requestList(economy, { limit: limitOf(given), all: given['all'] === true }),
  },
  {
    ...{ name: 'messages', description: 'What agents and the operator wrote to agents.', isReading: true },
    arguments: { agent: { ...AGENT, description: 'only from or to this agent' }, ...LIMIT },
    work: ({ economy }, given) =>
      messageList(economy, { limit: limitOf(given), agent: given['agent'] as string | undefined }),
  },
  {
    ...{ name: 'transfers', description: 'Rows of the ledger: who paid whom, what for.', isReading: true },
    arguments: { agent: AGENT, kind: word('only these', TRANSFER_KINDS), ...LIMIT },
    work: ({ economy }, given) =>
      transferList(economy, {
        limit: limitOf(given),
        agent: given['agent'] as string | undefined,
        kind: given['kind'] as TransferKind | undefined,
      }),
  },
  {
    ...{
      name: 'audit',
      description: 'All credits recomputed from the first transfer.',
      isReading: true,
      arguments: {},
    },
    work: ({ economy }) => accept(auditLedger(economy, {})),
  },
];
