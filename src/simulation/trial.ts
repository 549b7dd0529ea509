import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { MachineSize } from '../platform/machine.ts';
import type { Dice } from './dice.ts';

/** What a seed decides before the first cycle. */
export interface Trial {
  readonly config: Config;
  readonly machine: MachineSize;
  /** As many agents as the operator wants to be alive. */
  readonly population: number;
  /** As many as there may ever be; the dead are revived then. */
  readonly agentsMax: number;
}

const QUIET: readonly string[] = ['log.level=silent', 'history.cycles=300'];

/** Mostly the human's time has no end. Their calendar is that of UTC, as the auditor has it. */
function drawMinutes(dice: Dice): Readonly<Record<string, string | number>> {
  const hasEnd = dice.chance(0.5);
  return {
    'attention.time_zone': 'UTC',
    'attention.minutes_per_day': hasEnd ? dice.pick(['null', 1, 10, 60]) : 'null',
    'attention.minutes_per_hour': hasEnd ? dice.pick(['null', 0.5, 5]) : 'null',
    'attention.pace_minutes': dice.pick([0.5, 8]),
    'attention.gap_seconds': dice.pick([1, 120]),
    'attention.default_seconds': dice.pick([0, 5, 60]),
  };
}

/** Half of the time there are none, so that all goes as it did before there were any. */
function drawLots(dice: Dice, cycle: number): Readonly<Record<string, string | number>> {
  return {
    'attention.lots.share': dice.chance(0.5) ? 0 : dice.pick([0.02, 0.5, 0.5]),
    'attention.lots.wait_seconds': dice.whole(5, 60) * cycle,
    'attention.lots.unheard_seconds': dice.pick([2, 5, 20]) * cycle,
    'attention.lots.answers': dice.pick([1, 3]),
    'attention.lots.waiting_max': dice.pick([1, 2, 16]),
  };
}

/** Short lives and small limits, so that whatever can happen happens often. */
export function drawTrial(dice: Dice): Trial {
  const cycle = dice.pick([0.5, 1, 1, 2]);
  const inSeconds = (cycles: number) => cycles * cycle;
  const settings: Readonly<Record<string, string | number>> = {
    'market.cycle_seconds': cycle,
    // Mostly the rates as they stand, so that prices and ages get far within few cycles.
    'market.reference_seconds': dice.fork('reference').chance(0.75) ? cycle : 10,
    'market.mechanism': dice.pick(['density', 'density', 'density', 'highest-bid']),
    'market.price_rule': dice.pick(['demand', 'demand', 'demand', 'band', 'fixed']),
    'market.age_bonus': dice.pick([0, 0.05, 0.5]),
    'market.ttl_seconds': inSeconds(dice.whole(2, 15)),
    'market.bid_horizon_seconds': inSeconds(dice.whole(5, 40)),
    'market.bids_pending_max': dice.whole(2, 8),
    'market.supply.cpu_seconds': dice.whole(1, 16),
    'market.supply.memory_mb': dice.whole(200, 4000),
    'market.supply.tokens': dice.pick([0, 0, 10_000]),
    'market.supply.attention': dice.pick([1, 1, 1, 1, 0]),
    'market.prices.supply_value': dice.pick([0.00001, 5, 20, 100]),
    'market.prices.cap_factor': dice.pick([2, 100]),
    'attention.prompt_ttl_seconds': dice.whole(2, 20),
    ...drawMinutes(dice.fork('minutes')),
    'attention.deck': dice.fork('deck').pick([1, 1, 2, 4]),
    'attention.rest_allocations': dice.whole(0, 4),
    'economy.message_fee': dice.pick([0, 1, 2.5]),
    'economy.inbox_max': dice.whole(2, 20),
    'economy.spawn.fee_base': dice.pick([0, 10, 100]),
    'economy.spawn.fee_growth': dice.pick([1, 1.5, 1.333333]),
    'economy.spawn.endowment_min_bare_executions': dice.pick([1, 20]),
    'lifecycle.dormant_seconds': inSeconds(dice.whole(2, 20)),
    'lifecycle.restart_backoff_seconds': `[${[2, 4, 8].map(inSeconds).join()}]`,
    'lifecycle.fault_backoff_seconds': `[${[1, 2, 4, 8, 16].map(inSeconds).join()}]`,
    'lifecycle.restarts': dice.whole(0, 3),
    'handshake.bids_max': dice.whole(0, 6),
    'handshake.inbox_max': dice.whole(0, 6),
    'handshake.responses_max': dice.whole(0, 3),
    'service.idempotency_keys_max': dice.whole(50, 100),
    'sandbox.faults_before_pause': dice.whole(2, 5),
    'economy.rent.share_per_day': dice.pick([0, 0.5, 1]),
    'economy.rent.interval_seconds': dice.whole(1, 60),
    'economy.issuance_cap_per_day': dice.pick(['null', 'null', 3000]),
  };
  // By a die of their own, so that the others fall as they did before there were these.
  const ranks = dice.fork('ranks');
  const ranking: Readonly<Record<string, string | number>> = {
    'attention.rank.by': ranks.pick(['amount', 'record', 'record']),
    'attention.rank.amount_cap': ranks.pick(['null', 1, 1.333333, 'reward']),
    'attention.rank.age_bonus': ranks.pick(['true', 'false']),
    'attention.rank.squash': ranks.pick([0.5, 1, 2]),
    'attention.rank.prior_answers': ranks.pick([0, 1, 5]),
    'attention.rank.first_share': ranks.pick([0, 0.02, 0.2]),
  };
  const lots = drawLots(dice.fork('lots'), cycle);
  const overrides = [
    ...QUIET,
    ...Object.entries({ ...settings, ...ranking, ...lots }).map(([key, value]) => `${key}=${value}`),
  ];
  return {
    config: loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides }),
    machine: { cores: 2, memoryMb: 4000 },
    population: dice.whole(5, 12),
    agentsMax: 60,
  };
}
