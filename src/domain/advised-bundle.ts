import type { Execution, Usage } from './execution.ts';
import { MEMORY_MB_MIN, type Bundle, type Quantities } from './resources.ts';

const BYTES_PER_MB = 1_048_576;
/** An execution that was ended at a limit would have used more; nobody knows how much. */
const AFTER_LIMIT = 2;

export interface Advice {
  /** How much over what was used, as a share of it. */
  readonly margin: number;
  /** What can be sold at all. */
  readonly supply: Quantities;
  /** Whether the execution showed a prompt. */
  readonly prompted: boolean;
  /** The most tokens that were spent and reserved at one time: with less a call of a model would have been refused. */
  readonly tokensHeld: number;
}

/** What is known of an execution's needs once it has ended. */
export interface MeasuredUse extends Pick<Execution, 'bundle' | 'tokensUsed' | 'outcome'> {
  readonly usage: Pick<Usage, 'cpuMs' | 'memoryPeakBytes'>;
}

/**
 * What such an execution should buy. It is what it used × (1 + margin), rounded up. Of a resource that ended it, it is
 * twice what it had bought. Where nothing is known it is as bought, and so it is for tokens where none was used. Tokens
 * are at least what calls had reserved. It is never more than the whole supply.
 */
export function advisedBundle(
  { bundle, usage, tokensUsed, outcome }: MeasuredUse,
  { margin, supply, prompted, tokensHeld }: Advice,
): Bundle {
  const amply = (used: number) => Math.ceil(used * (1 + margin));
  const { cpuMs, memoryPeakBytes } = usage;
  const cpu = outcome === 'cpu_exceeded' ? AFTER_LIMIT * bundle.cpuMs : cpuMs === null ? bundle.cpuMs : amply(cpuMs);
  const peakMb = memoryPeakBytes === null ? undefined : memoryPeakBytes / BYTES_PER_MB;
  const memory =
    outcome === 'memory_exceeded'
      ? AFTER_LIMIT * bundle.memoryMb
      : peakMb === undefined
        ? bundle.memoryMb
        : amply(peakMb);
  const tokens = tokensUsed === 0 ? bundle.tokens : Math.max(amply(tokensUsed), tokensHeld);
  return {
    cpuMs: Math.min(Math.max(1, cpu), supply.cpuMs),
    memoryMb: Math.min(Math.max(MEMORY_MB_MIN, memory), supply.memoryMb),
    tokens: Math.min(tokens, supply.tokens),
    attention: prompted && supply.attention > 0 ? 1 : 0,
  };
}
