// A plant knows what it changes in a module; the compiler can't.
/* oxlint-disable typescript/no-explicit-any, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return, typescript/no-unsafe-argument */
import { describe, expect, it, vi } from 'vitest';
import { PLANTS_OF_REWARDS } from '../helpers/lot-plants.ts';

/** A mistake that somebody could make: a module in which one thing is wrong. */
interface Plant {
  readonly name: string;
  readonly module: string;
  /** Given the module as it is, what of it is wrong. */
  readonly wrong: (right: Module) => Module;
  /** Where it shows seldom. */
  readonly cycles?: number;
  /** The seed with which it shows soonest, where not with the first ones. */
  readonly soonest?: string;
}
type Module = Record<string, Anything>;
type Anything = any;

const CYCLES = 250;
const SEEDS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'];

const table = (right: Module, name: string, methods: (real: Anything) => Module): Module => ({
  ...right,
  [name]: (...args: unknown[]) => {
    const real = right[name](...args);
    return { ...real, ...methods(real) };
  },
});

/** A trigger of the ledger that does something else. */
function trigger(name: string, work: string, when: string): Omit<Plant, 'name'> {
  const sql = `DROP TRIGGER ${name}; CREATE TRIGGER ${name} AFTER INSERT ON transfers WHEN ${when} BEGIN ${work} END`;
  return {
    module: '../../src/store/migrations.ts',
    wrong: (right) => ({
      ...right,
      migrate: (database: Anything, options: unknown) => {
        right['migrate'](database, options);
        database.exec(sql);
      },
    }),
  };
}

/** Its key is another one each time that the modules are loaded. */
const storeOf = (economy: Anything): Anything => economy[Object.getOwnPropertySymbols(economy)[0]!];

const PLANTS: readonly Plant[] = [
  ...PLANTS_OF_REWARDS,
  {
    name: 'a market that the operator has paused goes on',
    module: '../../src/economy/market/clear-cycle.ts',
    wrong: (right) => ({ ...right, clearUnlessPaused: right['clearCycle'] }),
  },
  {
    name: 'a prompt answers a request that is closed',
    module: '../../src/economy/requests/close-request.ts',
    wrong: (right) => ({ ...right, checkAnswerable: () => undefined }),
  },
  {
    name: 'a message of the operator costs its receiver the fee',
    module: '../../src/store/messages.ts',
    wrong: (right) =>
      table(right, 'messagesTable', (real) => ({
        insert: (message: Anything) => real.insert({ ...message, fromId: message.fromId ?? message.toId }),
      })),
  },
  {
    name: 'no rent is charged',
    soonest: 'p6',
    module: '../../src/economy/money/charge-rent.ts',
    wrong: (right) => ({ ...right, chargeRent: () => undefined }),
  },
  {
    name: 'the cap on issuance is not kept',
    soonest: 'p4',
    module: '../../src/economy/money/issuance.ts',
    wrong: (right) => ({ ...right, underCap: (_: unknown, worth: Anything) => worth }),
  },
  {
    name: 'a bundle wins that is a little too large',
    module: '../../src/domain/greedy-fill.ts',
    wrong: (right) => ({
      ...right,
      greedyFill: (ranked: Anything, free: Anything) =>
        right['greedyFill'](ranked, { ...free, memoryMb: Number(free.memoryMb) + 200 }),
    }),
  },
  {
    name: 'the second best is passed by',
    module: '../../src/domain/greedy-fill.ts',
    wrong: (right) => ({
      ...right,
      greedyFill: (ranked: Anything, free: Anything) =>
        right['greedyFill'](ranked.length > 2 ? [ranked[0], ...ranked.slice(2), ranked[1]] : ranked, free),
    }),
  },
  {
    name: 'age makes no difference',
    module: '../../src/domain/ranking.ts',
    wrong: (right) => ({ ...right, byDensity: () => right['byDensity'](0) }),
  },
  {
    name: 'winners pay one micro-credit too much',
    module: '../../src/domain/critical-value.ts',
    wrong: (right) => ({
      ...right,
      criticalValues: (run: Anything, order: Anything) =>
        right['criticalValues'](run, order).map((price: number, place: number) =>
          Math.min(price + 1, run.ranked[run.winners[place]].bid.amount),
        ),
    }),
  },
  {
    name: 'nobody rests',
    module: '../../src/domain/competition.ts',
    wrong: (right) => ({
      ...right,
      competition: (bids: Anything, moment: Anything) => right['competition'](bids, moment, 0),
    }),
  },
  {
    name: 'sponsored bids compete beside own ones',
    soonest: 'p3',
    module: '../../src/domain/competition.ts',
    wrong: (right) => ({
      ...right,
      competition: (bids: Anything, moment: Anything, count: number) => {
        const { competing, waiting } = right['competition'](bids, moment, count);
        const more = bids.filter((bid: Anything) => waiting.get(bid.id) === 'own_bid_competes');
        for (const bid of more) waiting.delete(bid.id);
        return { competing: [...competing, ...more], waiting };
      },
    }),
  },
  {
    name: 'bids expire a cycle early',
    module: '../../src/economy/market/market-rules.ts',
    wrong: (right) => ({
      ...right,
      marketRules: (config: Anything) => {
        const rules = right['marketRules'](config);
        return { ...rules, ttlCycles: rules.ttlCycles - 1 };
      },
    }),
  },
  {
    name: 'prices rise faster than they may',
    module: '../../src/economy/market/market-rules.ts',
    wrong: (right) => ({ ...right, priceRule: (config: Anything) => ({ ...right['priceRule'](config), rate: 0.3 }) }),
  },
  {
    name: 'a stopped execution keeps its price',
    module: '../../src/domain/execution.ts',
    wrong: (right) => ({ ...right, isRefunded: (outcome: string) => outcome === 'system_fault' }),
  },
  {
    name: 'who failed by itself gets its price back',
    module: '../../src/domain/execution.ts',
    wrong: (right) => ({ ...right, isRefunded: (outcome: string) => outcome !== 'completed' }),
  },
  {
    name: 'what comes for the dead goes to the dead',
    soonest: 'r9',
    cycles: 1000,
    module: '../../src/economy/agents/living-agent.ts',
    wrong: (right) => ({ ...right, receiver: (_: unknown, agent: string) => agent }),
  },
  {
    name: 'what comes for the living is burnt',
    ...{ cycles: 1000, soonest: 'q1' },
    module: '../../src/economy/agents/living-agent.ts',
    wrong: (right) => ({
      ...right,
      receiver: (economy: Anything, agent: string) =>
        storeOf(economy).agents.find(agent)?.status === 'dormant' ? 'system:burn' : right['receiver'](economy, agent),
    }),
  },
  {
    name: 'marks are rewarded with one micro-credit more',
    module: '../../src/domain/attention.ts',
    wrong: (right) => ({
      ...right,
      reward: (...args: unknown[]) => Number(right['reward'](...args)) + 1,
    }),
  },
  {
    name: 'an expired prompt gives the whole price back',
    module: '../../src/domain/attention.ts',
    wrong: (right) => ({
      ...right,
      expiryRefund: ({ price, refunded }: Anything) => price - refunded,
    }),
  },
  {
    name: 'the dormant die too early',
    module: '../../src/store/agents.ts',
    wrong: (right) =>
      table(right, 'agentsTable', ({ overdue }) => ({ overdue: (cycle: number) => overdue(cycle + 1) })),
  },
  {
    name: 'the fallen stay alive',
    module: '../../src/store/agents.ts',
    wrong: (right) => table(right, 'agentsTable', ({ fallen }) => ({ fallen: () => fallen().slice(1) })),
  },
  {
    name: 'a winner pays its whole hold',
    module: '../../src/store/transfers.ts',
    wrong: (right) =>
      table(right, 'transfersTable', ({ postKnown }) => ({
        postKnown: (hold: Anything, _: number, now: Anything) => postKnown(hold, hold.amount, now),
      })),
  },
  {
    name: 'a refund is booked twice under two names',
    module: '../../src/store/transfers.ts',
    wrong: (right) =>
      table(right, 'transfersTable', ({ single }) => ({
        single: (transfer: Anything) => {
          if (transfer.kind === 'refund') single({ ...transfer, ref: `exe_9${transfer.ref.slice(4)}` });
          return single(transfer);
        },
      })),
  },
  {
    name: 'a transfer brings one micro-credit less than it takes',
    ...trigger(
      'transfers_move_single',
      `UPDATE accounts SET posted = posted - NEW.amount WHERE id = NEW.debit;
       UPDATE accounts SET posted = posted + NEW.amount - 1 WHERE id = NEW.credit;`,
      `NEW.type = 'single'`,
    ),
  },
  {
    name: 'what is posted goes to another account',
    ...trigger(
      'transfers_post',
      `UPDATE accounts SET posted = posted - NEW.amount,
              pending = pending - (SELECT amount FROM transfers WHERE id = NEW.pending_id) WHERE id = NEW.debit;
       UPDATE accounts SET posted = posted + NEW.amount WHERE id = 'system:fees';
       UPDATE ledger_totals SET held = held - (SELECT amount FROM transfers WHERE id = NEW.pending_id);`,
      `NEW.type = 'post'`,
    ),
  },
  {
    name: 'a balance is changed without a transfer',
    ...trigger(
      'transfers_void',
      `UPDATE accounts SET pending = pending - NEW.amount WHERE id = NEW.debit;
       UPDATE ledger_totals SET held = held - NEW.amount;
       UPDATE accounts SET posted = posted + 1 WHERE id = 'system:burn';
       UPDATE accounts SET posted = posted - 1 WHERE id = 'system:issuance';`,
      `NEW.type = 'void'`,
    ),
  },
  {
    name: 'another attempt comes too soon',
    module: '../../src/store/bids.ts',
    wrong: (right) =>
      table(right, 'bidsTable', ({ queueAgain }) => ({
        queueAgain: (attempt: Anything) => queueAgain({ ...attempt, earliestCycle: attempt.earliestCycle - 1 }),
      })),
  },
  {
    name: 'what was running is given up at a start',
    module: '../../src/orchestrator/engine-patience.ts',
    wrong: () => ({ onceAnswered: () => Promise.reject(new Error('given up')) }),
  },
  {
    name: 'a silent engine is taken for a lost execution',
    soonest: 'p4',
    module: '../../src/orchestrator/engine-patience.ts',
    wrong: () => ({ onceAnswered: (_deps: unknown, _id: string, ask: () => Promise<unknown>) => ask() }),
  },
  {
    name: 'a repeated request has its effect again',
    module: '../../src/economy/executions/once.ts',
    wrong: (right) => ({
      ...right,
      once: (deps: Anything, caller: Anything, _key: unknown, work: Anything) =>
        right['once'](deps, caller, undefined, work),
    }),
  },
  {
    name: 'news is lost that was told to nobody',
    module: '../../src/store/messages.ts',
    wrong: (right) => table(right, 'messagesTable', () => ({ takeBack: () => undefined })),
  },
  {
    name: 'messages are told again and again',
    module: '../../src/store/messages.ts',
    wrong: (right) => table(right, 'messagesTable', () => ({ markHanded: () => undefined })),
  },
  {
    name: 'the time of a prompt is never counted',
    module: '../../src/store/prompts.ts',
    wrong: (right) => table(right, 'promptsTable', () => ({ startTime: () => undefined })),
  },
  {
    name: '"go" is given without its commit',
    module: '../../src/store/execution-states.ts',
    wrong: (right) => table(right, 'executionStates', () => ({ markRunning: () => true })),
  },
  {
    name: 'a cycle can not be cleared',
    module: '../../src/domain/critical-value.ts',
    wrong: (right) => ({
      ...right,
      criticalValues: () => {
        throw new Error('out of order');
      },
    }),
  },
  {
    name: 'the slot is filled while a prompt is open',
    module: '../../src/economy/attention/prompt-slot.ts',
    wrong: (right) => ({
      ...right,
      fillSlot: (economy: Anything) => {
        const store = storeOf(economy);
        const deck = store.prompts.deck();
        if (deck) store.executions.releaseAttention(deck.executionId);
        return undefined;
      },
    }),
  },
];

describe('the simulation finds that', () => {
  it.each(PLANTS)('$name', async ({ module, wrong, cycles = CYCLES, soonest = 'p1' }) => {
    vi.resetModules();
    vi.doMock(module, async (original) => wrong(await original<Module>()));
    try {
      const { simulate } = await import('../../src/simulation/simulation.ts');
      let found: string | undefined;
      for (const seed of new Set([soonest, ...SEEDS])) {
        const { finding } = await simulate({ seed, cycles });
        found = finding && `${finding.rule}: ${finding.detail}`;
        if (found !== undefined) break;
      }
      expect(found).toBeDefined();
    } finally {
      vi.doUnmock(module);
      // Or a file that comes after this one in its process would get what has the fault.
      vi.resetModules();
    }
  });
});
