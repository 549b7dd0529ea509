type Module = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

/** Mistakes that somebody could make with royalties: a module in which one thing is wrong. */
export const ROYALTY_PLANTS = [
  {
    name: 'a royalty is a micro-credit too small',
    soonest: 'z3',
    module: '../../src/domain/royalty.ts',
    wrong: (right: Module): Module => ({
      ...right,
      royaltyOf: (...given) => Math.max(0, Number(right['royaltyOf']!(...given)) - 1),
    }),
  },
  {
    name: 'a child of one that owes a royalty owes none',
    ...{ cycles: 600, soonest: 'q15' },
    module: '../../src/economy/agents/agree-royalty.ts',
    wrong: (right: Module): Module => ({
      ...right,
      royaltiesOfChild: (...given) =>
        (right['royaltiesOfChild']!(...given) as readonly { toId: unknown }[]).filter(({ toId }) => toId === given[1]),
    }),
  },
];
