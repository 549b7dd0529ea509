import { onceFree } from '../economy/home/database-patience.ts';
import { pauseUnlessPaused, resumeAfter } from '../economy/market/pause-market.ts';
import type { OrchestratorDeps } from './deps.ts';

/** Pauses the market while other programs use the machine, where the operator wants that. Ends nothing that runs. */
export interface LoadWatch {
  /** Measures where that is due, unless it does already. Rejects only where the pause can't be stored. */
  look(): Promise<void>;
  /** Leaves no pause of its own behind. */
  close(): Promise<void>;
}

export function watchLoad({ economy, load, clock, logger, events }: OrchestratorDeps): LoadWatch {
  const { cpu_share: shareMax, seconds } = economy.config.market.yield;
  let lookedAt = -Infinity;
  let isLooking = false;
  let reason: string | undefined;

  async function measure(most: number): Promise<void> {
    const share = await load?.othersShare();
    if (share === undefined) return;
    if (share > most && reason === undefined) await begin(share, most);
    else if (share <= most && reason !== undefined) await end(reason);
  }

  async function begin(share: number, most: number): Promise<void> {
    const why = `other programs use ${percent(share)} of this machine's CPU, and market.yield.cpu_share is ${percent(most)}`;
    // Where the market is paused for another reason already, that one stays.
    if (!(await onceFree(economy, () => pauseUnlessPaused(economy, why)))) return;
    reason = why;
    logger.info({ share }, 'the market makes room for other programs');
    events.publish({ kind: 'paused', by: 'load', reason: why });
  }

  async function end(why: string): Promise<void> {
    reason = undefined;
    if (!(await onceFree(economy, () => resumeAfter(economy, why)))) return;
    logger.info({}, 'the machine has room again');
    events.publish({ kind: 'resumed' });
  }

  return {
    async look() {
      const now = clock.monotonic();
      if (shareMax === null || isLooking || now - lookedAt < seconds * 1000) return;
      [isLooking, lookedAt] = [true, now];
      try {
        await measure(shareMax);
      } finally {
        isLooking = false;
      }
    },
    async close() {
      if (reason !== undefined) await end(reason);
    },
  };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
