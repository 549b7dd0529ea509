import { ROYALTY_PLANTS } from './royalty-plants.ts';

type Module = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

/** `lotsTable` with other methods. */
const lots = (methods: Module) => ({
  module: '../../src/store/lots.ts',
  wrong: (right: Module): Module => ({
    ...right,
    lotsTable: (...given) => ({ ...(right['lotsTable']!(...given) as object), ...methods }),
  }),
});

/** Mistakes that somebody could make with lots: a module in which one thing is wrong. */
const LOT_PLANTS = [
  {
    name: 'lots are more than their share',
    soonest: 'z18',
    module: '../../src/domain/lot.ts',
    wrong: (right: Module): Module => ({ ...right, allocationsBetween: () => 0 }),
  },
  { name: 'a lineage is drawn that was heard just now', soonest: 'z8', ...lots({ wasHeardAfter: () => false }) },
  { name: 'who gave its credits away counts as poor', ...lots({ givenAfter: () => 0 }) },
  {
    name: 'who shows what nobody likes waits too',
    soonest: 'z8',
    ...lots({ lastAnswers: () => ({ count: 0, earned: 0 }) }),
  },
  { name: 'one is drawn that bids for attention', soonest: 'z4', ...lots({ hasAttentionComing: () => false }) },
  { name: 'one waits twice for one execution', soonest: 'z4', ...lots({ lastPlaced: () => undefined }) },
  { name: 'a wait has no end', soonest: 'z4', ...lots({ endOver: () => undefined }) },
  { name: 'more of a lineage wait than may', soonest: 'z8', ...lots({ countOfLineage: () => 0 }) },
  {
    name: 'what is won by lot is never paid for',
    soonest: 'z18',
    module: '../../src/economy/attention/lot-charge.ts',
    wrong: (right: Module): Module => ({ ...right, chargeLot: () => true }),
  },
];

export const PLANTS_OF_REWARDS = [...ROYALTY_PLANTS, ...LOT_PLANTS];
