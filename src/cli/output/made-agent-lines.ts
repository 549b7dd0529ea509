import { formatCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import type { BootstrappedAgent } from '../../economy/agents/bootstrap-agent.ts';
import type { LaidAgent } from '../../operator/make-agent.ts';
import { layingLines, leftOutLines } from './laying-lines.ts';

/** What keeps a new agent's first letter from its reader, and what ends that. */
export function waitingLines({ agentId, waitsForHuman }: BootstrappedAgent): readonly string[] {
  if (!waitsForHuman) return [];
  return [
    `you count as away, so the first letter of ${agentId} will wait: bp-agents prompts, or a key at the terminal of the run, says that you are back`,
  ];
}

/** What people are told of an agent that was made or revived. */
export function madeAgentLines(made: LaidAgent): readonly string[] {
  const { agentId, life, granted, bidId, amount, folder, laying } = made;
  const born = life === 1 ? `${agentId} is made` : `${agentId} lives again (life ${life})`;
  return [
    `${born} with ${formatCredits(granted)} credits; ${formatId('bid', bidId)} offers ${formatCredits(amount)} for its first execution`,
    ...waitingLines(made),
    ...(laying ? layingLines(agentId, laying) : []),
    ...leftOutLines(folder.leftOut),
  ];
}
