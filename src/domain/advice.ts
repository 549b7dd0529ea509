import { advisedBundle, type MeasuredUse } from './advised-bundle.ts';
import { isRefunded } from './execution.ts';
import type { Bundle, Quantities } from './resources.ts';

/** How many receipts, or cycles, advice looks back on at most. */
export const LOOK_BACK = 100;
/** Of the needs, where nobody asks for another one. */
export const USUAL_QUANTILE = 0.9;
/** The risk is told under each of these. */
const QUANTILES = [0.5, 0.75, 0.9, 0.95, 1] as const;

export interface PastUse extends MeasuredUse {
  /** The most tokens that one of its calls of a model had reserved. */
  readonly tokensReserved: number;
}

export interface AdviceTerms {
  readonly quantile: number;
  readonly attention: 0 | 1;
  readonly supply: Quantities;
  /** Under which quantiles the risk is told; each costs a look at all needs. */
  readonly risksAt?: readonly number[] | undefined;
}

/** What of the past executions a bundle would have done for. */
export interface Risk {
  readonly quantile: number;
  readonly bundle: Bundle;
  /** How many would have been killed, for want of CPU time or memory. */
  readonly killed: number;
  /** How many would have run out of tokens. */
  readonly outOfTokens: number;
}

export interface BundleAdvice extends Risk {
  /** How many executions it goes by. */
  readonly executions: number;
  readonly risks: readonly Risk[];
}

/**
 * What the last executions would have needed: of each resource the quantile of their needs by nearest rank, so no
 * average of two. What was killed at a limit counts as having needed twice of what it had. What the system or the
 * operator ended tells nothing. Undefined where there is no receipt to go by.
 */
export function adviseBundle(
  past: readonly PastUse[],
  { quantile, attention, supply, risksAt = QUANTILES }: AdviceTerms,
): BundleAdvice | undefined {
  const needs = past.slice(0, LOOK_BACK).flatMap((use) => needOf(use, supply) ?? []);
  if (needs.length === 0) return undefined;
  const sorted = {
    cpuMs: needs.map(({ cpuMs }) => cpuMs).sort(ascending),
    memoryMb: needs.map(({ memoryMb }) => memoryMb).sort(ascending),
    tokens: needs.map(({ tokens }) => tokens).sort(ascending),
  };
  const under = (share: number): Risk => {
    const rank = Math.max(0, Math.ceil(share * needs.length) - 1);
    const [cpuMs = 0, memoryMb = 0, tokens = 0] = [sorted.cpuMs[rank], sorted.memoryMb[rank], sorted.tokens[rank]];
    return {
      quantile: share,
      bundle: { cpuMs, memoryMb, tokens, attention },
      killed: needs.filter((need) => need.cpuMs > cpuMs || need.memoryMb > memoryMb).length,
      outOfTokens: needs.filter((need) => need.tokens > tokens).length,
    };
  };
  return { ...under(quantile), executions: needs.length, risks: risksAt.map(under) };
}

function needOf(use: PastUse, supply: Quantities): Bundle | undefined {
  const { outcome, tokensUsed, tokensReserved: tokensHeld } = use;
  if (outcome === null || isRefunded(outcome)) return undefined;
  const need = advisedBundle(use, { margin: 0, supply, prompted: false, tokensHeld });
  return { ...need, tokens: Math.min(supply.tokens, Math.max(tokensUsed, tokensHeld)) };
}

const ascending = (a: number, b: number) => a - b;
