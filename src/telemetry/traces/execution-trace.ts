import { toCredits } from '../../domain/credits.ts';
import type { Execution } from '../../domain/execution.ts';
import { formatId } from '../../domain/ids.ts';
import { bundleView } from '../../domain/resources.ts';
import type { Economy } from '../../economy/economy.ts';
import { bidsBefore, findBid } from '../../economy/views/bid-view.ts';
import { callsOfExecution } from '../../economy/views/call-view.ts';
import { promptOfExecution } from '../../economy/views/prompt-view.ts';
import type { CallMessages } from './call-messages.ts';
import { callSpan } from './call-span.ts';
import { attributesOf, type PlainSpan, type SpanEvent } from './plain-span.ts';

/** Of more calls the first are left out. */
const CALLS_MAX = 500;
/** Of bids that were placed before its end, the newest. */
const BIDS_MAX = 64;

const EXECUTION = 'execution';
const RUN = 'run';

export interface TraceOptions {
  /** What calls said, by their numbers. */
  readonly texts: ReadonlyMap<number, CallMessages>;
  /** Characters of a prompt; 0: none of it is told. */
  readonly promptCharsMax: number;
}

/** A settled execution as a trace: how it was started, how it ran, its calls of models, its bids and its prompt. */
export function executionTrace(economy: Economy, execution: Execution, options: TraceOptions): readonly PlainSpan[] {
  const { id, agentId, startedAt } = execution;
  const calls = callsOfExecution(economy, id, CALLS_MAX).toReversed();
  const parentKey = startedAt === null ? EXECUTION : RUN;
  return [
    wholeSpan(economy, execution, options),
    ...stages(execution),
    ...calls.map((call) => callSpan(economy, call, { agentId, parentKey, messages: options.texts.get(call.id) })),
  ];
}

function wholeSpan(economy: Economy, execution: Execution, options: TraceOptions): PlainSpan {
  const { agentId, allocatedAt, outcome } = execution;
  const hasFailed = outcome !== 'completed' && outcome !== 'stopped_by_operator';
  return {
    ...{ key: EXECUTION, parentKey: undefined, name: `invoke_agent ${agentId}`, isCall: false },
    ...{ startedAt: allocatedAt, endedAt: endOf(execution) },
    attributes: receiptAttributes(economy, execution),
    events: [...bidEvents(economy, execution), ...promptEvents(economy, execution, options)],
    error: hasFailed ? (outcome ?? undefined) : undefined,
  };
}

/** From its allocation to "go", and from there to its end. */
function stages(execution: Execution): readonly PlainSpan[] {
  const { allocatedAt, startedAt } = execution;
  const stage = (key: string, from: number, to: number): PlainSpan => ({
    ...{ key, parentKey: EXECUTION, name: key, isCall: false, startedAt: from, endedAt: to },
    ...{ attributes: {}, events: [], error: undefined },
  });
  if (startedAt === null) return [stage('start', allocatedAt, endOf(execution))];
  return [stage('start', allocatedAt, startedAt), stage(RUN, startedAt, endOf(execution))];
}

function receiptAttributes(economy: Economy, execution: Execution) {
  const { id, agentId, bidId, bundle, usage, outcome, allocatedAt, payerId } = execution;
  const bought = bundleView(bundle);
  const bid = findBid(economy, bidId);
  return attributesOf({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'bp-agents',
    'gen_ai.agent.id': agentId,
    'gen_ai.agent.name': agentId,
    'error.type': outcome === 'completed' ? null : outcome,
    'bp_agents.execution.id': formatId('execution', id),
    'bp_agents.execution.outcome': outcome,
    'bp_agents.execution.exit_code': execution.exitCode,
    'bp_agents.execution.attempt': execution.attempt,
    'bp_agents.execution.requests': execution.requests,
    'bp_agents.cycle': execution.cycle,
    'bp_agents.lineage': execution.lineageId,
    'bp_agents.payer': payerId,
    'bp_agents.bid.id': formatId('bid', bidId),
    'bp_agents.bid.amount_credits': bid && toCredits(bid.amount),
    'bp_agents.bid.waited_seconds': bid && Math.max(0, allocatedAt - bid.placedAt) / 1000,
    'bp_agents.price_credits': toCredits(execution.price),
    'bp_agents.bought.cpu_seconds': bought.cpu_seconds,
    'bp_agents.bought.memory_mb': bought.memory_mb,
    'bp_agents.bought.tokens': bought.tokens,
    'bp_agents.bought.attention': bought.attention,
    'bp_agents.used.cpu_seconds': usage.cpuMs === null ? null : usage.cpuMs / 1000,
    'bp_agents.used.memory_bytes': usage.memoryPeakBytes,
    'bp_agents.used.tokens': execution.tokensUsed,
    'bp_agents.used.workspace_bytes': usage.workspaceBytes,
  });
}

/** Bids that its agent placed while it ran. */
function bidEvents(economy: Economy, execution: Execution): readonly SpanEvent[] {
  const { agentId, startedAt } = execution;
  if (startedAt === null) return [];
  return bidsBefore(economy, Number.MAX_SAFE_INTEGER, BIDS_MAX, { agentId })
    .filter(({ payerId, placedAt }) => payerId === agentId && placedAt >= startedAt && placedAt <= endOf(execution))
    .toReversed()
    .map((bid) => ({
      name: 'bp_agents.bid',
      at: bid.placedAt,
      attributes: attributesOf({
        'bp_agents.bid.id': formatId('bid', bid.id),
        'bp_agents.bid.agent': bid.agentId,
        'bp_agents.bid.amount_credits': toCredits(bid.amount),
      }),
    }));
}

function promptEvents(economy: Economy, { id }: Execution, { promptCharsMax }: TraceOptions): readonly SpanEvent[] {
  const prompt = promptOfExecution(economy, id);
  if (!prompt) return [];
  const tells = promptCharsMax > 0 && prompt.purgedAt === null;
  return [
    {
      name: 'bp_agents.prompt',
      at: prompt.submittedAt,
      attributes: attributesOf({
        'bp_agents.prompt.id': formatId('prompt', prompt.id),
        'bp_agents.prompt.request_id': prompt.requestId === null ? null : formatId('request', prompt.requestId),
        'bp_agents.prompt.files': prompt.files.length,
        'bp_agents.prompt.title': tells ? prompt.title : null,
        'bp_agents.prompt.content': tells ? prompt.content.slice(0, promptCharsMax) : null,
      }),
    },
  ];
}

function endOf({ endedAt, startedAt, allocatedAt }: Execution): number {
  return Math.max(endedAt ?? 0, startedAt ?? 0, allocatedAt);
}
