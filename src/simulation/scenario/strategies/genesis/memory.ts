/** What a genesis keeps in its workspace. Times are in seconds of cycles. */
export interface GenesisMemory {
  readonly kinds: Map<string, Kind>;
  /** Letters that nobody has answered yet, by prompt. */
  readonly open: Map<string, Letter>;
  readonly children: Map<string, Child>;
  /** What a rested letter of any kind earns, as the parent told; undefined where it told nothing. */
  told: number | undefined;
  answers: number;
  /** An answer has paid for its letter. */
  hasEarned: boolean;
  spawnedAt: number;
  /** The cycle in which its last forecast is due. */
  forecastDue: number;
  /** Times the cost that it offers for attention. */
  offer: number;
}

export interface Letter {
  readonly kind: string;
  readonly cost: number;
}

/** What is known of a kind of letter. */
export interface Kind {
  /** Credits that a rested one earns. */
  readonly appeal: number;
  /** Letters of it that the human still remembers. */
  readonly seen: number;
  readonly at: number;
}

export interface Child {
  readonly field: string;
  /** Answers that earned less than their letters cost. */
  underCost: number;
  /** An answer has paid for its letter. */
  hasEarned: boolean;
}

export function newGenesis(offer: number): GenesisMemory {
  return {
    ...{ kinds: new Map(), open: new Map(), children: new Map() },
    ...{ told: undefined, answers: 0, hasEarned: false, spawnedAt: 0, forecastDue: 0, offer },
  };
}
