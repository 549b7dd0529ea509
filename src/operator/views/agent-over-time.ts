import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { ancestorsOf } from '../../economy/views/agent-view.ts';
import type { AgentHistory } from '../history/agent-history.ts';
import type { Histories } from '../history/histories.ts';
import { inTurns } from '../history/in-turns.ts';
import { knownAgent } from './known-agent.ts';
import { wholeAgent, type WholeAgent } from './whole-agent.ts';

export interface AgentOverTime {
  readonly agent: WholeAgent;
  /** Parent, grandparent and so on. */
  readonly ancestors: readonly string[];
  readonly series: ReturnType<AgentHistory['view']>;
  /** False while older records are still being read: totals and series end before today. */
  readonly complete: boolean;
}

/** One agent with what it came to over time. Refuses as `knownAgent` does. */
export async function agentOverTime(
  economy: Economy,
  histories: Pick<Histories, 'agent'>,
  { agent: text, patienceMs = 300 }: { readonly agent: string; readonly patienceMs?: number },
): Promise<Result<AgentOverTime>> {
  const known = knownAgent(economy, text);
  if (!known.ok) return known;
  const history = histories.agent(known.value.id);
  const complete = await inTurns(() => history.step(), { clock: economy.clock, patienceMs });
  const agent = wholeAgent(economy, known.value.id, history.totals);
  if (!agent.ok) return agent;
  return accept({
    agent: agent.value,
    ancestors: ancestorsOf(economy, known.value.id),
    series: history.view(),
    complete,
  });
}
