import { formatCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import type { LaidAgent } from '../../operator/make-agent.ts';
import { layingLines, leftOutLines } from './laying-lines.ts';

/** What people are told of an agent that was made or revived. */
export function madeAgentLines({
  agentId,
  life,
  granted,
  bidId,
  amount,
  folder,
  laying,
}: LaidAgent): readonly string[] {
  const born = life === 1 ? `${agentId} is made` : `${agentId} lives again (life ${life})`;
  return [
    `${born} with ${formatCredits(granted)} credits; ${formatId('bid', bidId)} offers ${formatCredits(amount)} for its first execution`,
    ...(laying ? layingLines(agentId, laying) : []),
    ...leftOutLines(folder.leftOut),
  ];
}
