import { formatId } from '../domain/ids.ts';
import type { MarketEvent } from '../domain/market-event.ts';
import { materialsText } from '../domain/materials.ts';

/** What kind of news it is. */
export type Tone = 'good' | 'bad' | 'warn';

export interface News {
  /** Good, bad or a warning; neither where it is left out. */
  readonly tone?: Tone | undefined;
  /** Worth a line when all is over. True where it is left out. */
  readonly stays?: boolean;
}

export interface EventLine extends News {
  readonly text: string;
}

/** What an event is to the operator. Not sanitised: details may come from agents. */
export function eventLine(event: MarketEvent): EventLine | undefined {
  switch (event.kind) {
    case 'cycle':
      // The view shows it.
      return undefined;
    case 'started':
      return { text: `${formatId('execution', event.executionId)} of ${event.agentId} started`, stays: false };
    case 'settled':
      return settledLine(event);
    case 'left_idle':
      return { text: idleText(event), tone: 'warn' };
    case 'restarts':
      return { text: restartText(event) };
    case 'files_kept':
      return { text: keptText(event) };
    case 'materials':
      return { text: materialsText(event.seen) };
    case 'died':
      return { text: `${event.agentId} died; its credits are burnt`, tone: 'bad' };
    case 'needs_install':
      return {
        text: `${event.agentId} needs packages that are not installed: bp-agents agent install ${event.agentId}`,
        tone: 'warn',
      };
    case 'prompt_expired':
      return {
        text: `${formatId('prompt', event.promptId)} expired unanswered; you count as away until you press a key here or use prompts, score or skip`,
        tone: 'warn',
      };
    case 'paused':
      return pausedLine(event);
    case 'resumed':
      return { text: 'the market runs again' };
    case 'locked':
      return { text: 'another process holds the database: the market waits for it', tone: 'warn' };
    case 'unlocked':
      return { text: 'the database is free again' };
  }
}

/** Of the engine's the log's own line, which a screen shows too, and the view say it. */
function pausedLine({ by, reason }: Extract<MarketEvent, { kind: 'paused' }>): EventLine | undefined {
  if (by === 'engine') return undefined;
  return { text: `the market is paused${by === 'operator' ? '' : ':'} ${reason}`, tone: 'warn' };
}

function settledLine({ executionId, agentId, outcome, detail }: Extract<MarketEvent, { kind: 'settled' }>): EventLine {
  const done = outcome === 'completed';
  const why = done || detail === '' || detail === outcome ? '' : ` (${detail})`;
  return {
    text: `${formatId('execution', executionId)} of ${agentId}: ${outcome}${why}`,
    stays: !done,
    tone: done ? undefined : 'bad',
  };
}

function idleText({ executionId, agentId, refusedBid }: Extract<MarketEvent, { kind: 'left_idle' }>): string {
  const why = refusedBid === null ? 'it has placed no bid' : `its bid was refused (${refusedBid})`;
  return `nothing is pending for ${agentId} after ${formatId('execution', executionId)}: ${why}`;
}

function restartText(event: Extract<MarketEvent, { kind: 'restarts' }>): string {
  const { executionId, agentId, refusedBid, bidId, earliestCycle } = event;
  const why = refusedBid === null ? 'left no bid' : `left no bid, its own was refused (${refusedBid})`;
  const again = `${formatId('bid', bidId)} restarts it from cycle ${earliestCycle} on`;
  return `${formatId('execution', executionId)} of ${agentId} ${why}: ${again}`;
}

function keptText({ agentId, paths: [first = '', ...more] }: Extract<MarketEvent, { kind: 'files_kept' }>): string {
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return `${agentId} keeps ${first}${others}: changed since it was given; agent update --overwrite replaces it`;
}
