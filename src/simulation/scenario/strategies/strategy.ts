import type { Config } from '../../../config/schema.ts';
import type { BundleView } from '../../../domain/resources.ts';
import type { AgentHands } from '../../agent-hands.ts';
import type { GenesisMemory } from './genesis/memory.ts';
import type { HumanTraits, Settings } from '../scenario-schema.ts';
import { newTiringMemory, type TiringMemory } from './tiring-memory.ts';

/** A way to live: what an agent's program does in one execution. */
export type Strategy = (me: AgentHands, self: Self) => Promise<void>;

/** What an agent is and knows besides its handshake. */
export interface Self {
  readonly settings: Settings;
  /** Of its workspace: the same object in each of its executions. */
  readonly memory: Memory;
  /** What is left to spend in this execution, in credits. */
  readonly purse: { available: number };
  /** The others of its group, where it was made as one of several. */
  readonly siblings: readonly string[];
  readonly cyclesPerHour: number;
  readonly mechanism: Config['market']['mechanism'];
  /** What the bundle costs at start prices, in credits. */
  readonly costAtStart: (bundle: BundleView) => number;
  /** What a child would cost it now besides the endowment, in credits. */
  readonly spawnFee: () => number;
  /** The least endowment of a child at today's prices, in credits. */
  readonly leastEndowment: () => number;
  /** How the first of the humans tires, for those who are told; of nobody where nobody scores. */
  readonly human: Pick<HumanTraits, 'repetition' | 'recovery_hours'>;
  /** An event made every bundle this many times as large. */
  readonly demand: number;
}

export interface Memory {
  /** Credits that the next answer will bring, as far as it knows; undefined before the first. */
  expected: number | undefined;
  expectedInCycle: number;
  wakes: number;
  children: number;
  /** Shader: the share of its value that it offers. */
  shade: number;
  /** Of those who know how the human tires: see `tiring.ts`. */
  readonly tiring: TiringMemory;
  /** Genesis: see `genesis/`; undefined before its first execution. */
  genesis: GenesisMemory | undefined;
  /** Solitary: see `solitary.ts`. */
  readonly arms: Map<string, { weight: number; earned: number }>;
  readonly letters: string[];
  nextLetterCycle: number;
  retries: number;
  quiet: number;
}

export function newMemory(): Memory {
  return {
    expected: undefined,
    genesis: undefined,
    tiring: newTiringMemory(),
    ...{ expectedInCycle: 0, wakes: 0, children: 0, shade: 1 },
    ...{ arms: new Map(), letters: [], nextLetterCycle: 0, retries: 0, quiet: 0 },
  };
}
