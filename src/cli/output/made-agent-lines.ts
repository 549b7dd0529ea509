import { formatCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import type { MadeAgent } from '../../operator/make-agent.ts';

/** What people are told of an agent that was made or revived. */
export function madeAgentLines({ agentId, life, granted, bidId, amount, folder }: MadeAgent): readonly string[] {
  const born = life === 1 ? `${agentId} is made` : `${agentId} lives again (life ${life})`;
  const { leftOut } = folder;
  return [
    `${born} with ${formatCredits(granted)} credits; ${formatId('bid', bidId)} offers ${formatCredits(amount)} for its first execution`,
    ...(leftOut.length > 0
      ? [`left out: ${leftOut.slice(0, 5).join(', ')}${leftOut.length > 5 ? ` and ${leftOut.length - 5} more` : ''}`]
      : []),
  ];
}
