import { z } from 'zod';
import { QUANTITY_MAX } from '../domain/resources.ts';
import { attention, requests } from './human-schema.ts';
import { sandbox, service } from './execution-schema.ts';
import { intelligence } from './intelligence-schema.ts';
import { materials } from './materials-schema.ts';
import { notify } from './notify-schema.ts';
import { packages } from './packages-schema.ts';
import { metrics, traces } from './telemetry-schema.ts';
import { terminal } from './terminal-schema.ts';
import { web } from './web-schema.ts';
import { automatic, backoff, cpuSeconds, credits, decimals, memoryMb, real, TIMER_MS_MAX, whole } from './fields.ts';
import { yielding } from './yield-schema.ts';

/**
 * Every economic and technical parameter with its default, its range and one sentence for the operator.
 * The commented `bp-agents.yaml` and the published JSON Schema are both made from here.
 */
export type Config = z.output<typeof configSchema>;

const market = z
  .strictObject({
    cycle_seconds: real(0.01, 3600).default(10).describe('Length of a cycle in seconds.'),
    reference_seconds: real(0.01, 3600)
      .default(10)
      .describe(
        'Seconds for which supply_value, age_bonus, smoothing and rates are stated: the cycle at which they were chosen. They are scaled to cycle_seconds, so that an economy lives alike at any.',
      ),
    mechanism: z
      .enum(['density', 'highest-bid'])
      .default('density')
      .describe(
        'density: most credits for what a bundle is worth goes first and pays its critical value. highest-bid: the highest amount goes first and pays what it bid.',
      ),
    age_bonus: decimals(0, 1000, 6)
      .default(0.05)
      .describe(
        'How much the score of a bid grows with each reference_seconds in which it was passed over (density only).',
      ),
    ttl_seconds: real(0.01, 3_600_000_000)
      .default(600)
      .describe('Seconds of cycles in which a bid competed and did not win after which it expires.'),
    bid_horizon_seconds: real(0, 36_000_000_000)
      .default(3600)
      .describe('How many seconds of cycles ahead earliest_cycle of a bid may be.'),
    bids_pending_max: whole(1, 100_000).default(16).describe('Pending bids that one payer may have.'),
    payload_bytes_max: whole(2, 1_048_576)
      .default(65_536)
      .describe('Bytes of JSON that a bid may carry to its execution.'),
    advice_margin: real(0, 100)
      .default(0.5)
      .describe('What an advised bundle holds over what was used, as a share of it.'),
    recent_clearings: whole(0, 1000).default(10).describe('Cycles that GET /market/state shows.'),
    price_rule: z
      .enum(['demand', 'band', 'fixed'])
      .default('demand')
      .describe('How reserve prices move: with smoothed demand, with utilisation outside a band, or not at all.'),
    demand: z
      .strictObject({
        smoothing: real(0.001, 1).default(0.3).describe('Weight of the newest reference_seconds in smoothed demand.'),
        target: real(0.01, 100).default(1.2).describe('Demand, as a multiple of supply, at which a price stays.'),
        rate: real(0, 0.5)
          .default(0.0625)
          .describe('The most that a price moves in reference_seconds, as a share of it.'),
        demand_max: real(0.01, 1000)
          .default(3)
          .describe('Demand, as a multiple of supply, above which more makes no difference.'),
      })
      .prefault({})
      .describe('The demand rule.'),
    band: z
      .strictObject({
        low: real(0, 1).default(0.2).describe('Under this utilisation a price falls.'),
        high: real(0, 1).default(0.8).describe('Over this utilisation a price rises.'),
        rate: real(0, 0.5).default(0.05).describe('How much it moves in reference_seconds, as a share of it.'),
      })
      .refine((band) => band.low < band.high, { path: ['low'], error: 'less than market.band.high' })
      .prefault({})
      .describe('The band rule.'),
    prices: z
      .strictObject({
        supply_value: credits({ allowZero: false })
          .prefault(100)
          .describe(
            'Credits that the whole supply costs at start prices: of CPU and tokens what is sold in reference_seconds, of memory all that there is.',
          ),
        start: z
          .strictObject({
            cpu_seconds: credits({ allowZero: false }).nullable().prefault(null).describe('Credits per CPU second.'),
            memory_mb: credits({ allowZero: false }).nullable().prefault(null).describe('Credits per MB of memory.'),
            tokens: credits({ allowZero: false }).nullable().prefault(null).describe('Credits per LLM token.'),
            attention: credits({ allowZero: false })
              .nullable()
              .prefault(50)
              .describe("Credits for the human's attention to one prompt."),
          })
          .prefault({})
          .describe('Start prices, which are also the floor; null: supply_value divided by the supply (see there).'),
        cap_factor: real(1, 1_000_000).default(100).describe('A price never exceeds this many times its start price.'),
        step_max: real(0.001, 0.9)
          .default(0.5)
          .describe('The most that a price moves in one cycle, as a share of it, however long the cycle is.'),
      })
      .prefault({})
      .describe('Reserve prices.'),
    supply: z
      .strictObject({
        auto_fraction: real(0.001, 1).default(0.8).describe('The share of the machine that `auto` takes.'),
        cpu_seconds: automatic(cpuSeconds())
          .default('auto')
          .describe('CPU seconds per cycle; auto: cores × cycle_seconds × auto_fraction.'),
        memory_mb: automatic(memoryMb())
          .default('auto')
          .describe('MB of memory; auto: memory of the machine × auto_fraction.'),
        tokens: whole(0, QUANTITY_MAX).default(0).describe('LLM tokens per cycle; 0 where no provider is configured.'),
        attention: z.literal([0, 1]).default(1).describe('1: there is a human who scores prompts. 0: there is none.'),
      })
      .prefault({})
      .describe('What the market sells.'),
    yield: yielding,
  })
  .prefault({})
  .describe('The market and its prices.');

const economy = z
  .strictObject({
    initial_credit_budget: credits({ allowZero: false })
      .prefault(1000)
      .describe('Credits that bootstrap grants to genesis.'),
    issuance_cap_per_day: credits({ allowZero: false })
      .nullable()
      .prefault(null)
      .describe(
        'The most credits that marks issue in a day of cycles: once half of it is issued, rewards shrink with what is left. null: no cap.',
      ),
    rent: z
      .strictObject({
        share_per_day: decimals(0, 1, 6)
          .default(0)
          .describe('The share of its credits that an agent pays for holding them a day; 0: no rent.'),
        interval_seconds: real(1, 86_400).default(3600).describe('Seconds of running time after which it is due.'),
      })
      .prefault({})
      .describe('Rent on held credits.'),
    message_fee: credits({ allowZero: true }).prefault(1).describe('Credits that a message costs its sender.'),
    bare_bundle: z
      .strictObject({
        cpu_seconds: cpuSeconds().default(1).describe('CPU seconds.'),
        memory_mb: memoryMb().default(64).describe('MB of memory.'),
      })
      .prefault({})
      .describe('The smallest useful execution, a measure for endowments and rewards.'),
    spawn: z
      .strictObject({
        fee_base: credits({ allowZero: true }).prefault(100).describe('Credits for the first child of a lineage.'),
        fee_growth: decimals(1, 100, 6)
          .default(1.5)
          .describe('Each further child within the window costs this many times more.'),
        fee_window_seconds: real(0, 31_536_000)
          .default(3600)
          .describe('Seconds of running time for which a birth counts.'),
        endowment_min_bare_executions: real(0, 1_000_000)
          .default(20)
          .describe('The least endowment of a child, in bare executions at the price of the day.'),
        files_max: whole(1, 10_000).default(64).describe('Files that a child may be given.'),
        files_bytes_max: whole(1, 67_108_864).default(1_048_576).describe('Bytes of all these files together.'),
        path_chars_max: whole(1, 1024).default(200).describe("Characters of a file's path."),
      })
      .prefault({})
      .describe('What a child costs and may be given.'),
    royalty_max: decimals(0, 1, 6)
      .default(0.5)
      .describe(
        'The most of each reward that a child may owe, to its parent and to those whom its parent owes; 0: none.',
      ),
    royalty_receivers_max: whole(1, 16).default(4).describe('To how many a child may owe a share of its rewards.'),
    message_bytes_max: whole(1, 262_144).default(8192).describe('Bytes of a message.'),
    inbox_max: whole(1, 1_000_000)
      .default(256)
      .describe('Messages kept for one agent that it has not been handed yet.'),
    operator_inbox_max: whole(1, 1_000_000)
      .default(64)
      .describe('Messages of the operator kept for one agent that it has not been handed yet, besides those.'),
    memo_chars_max: whole(0, 10_000).default(200).describe("Characters of a transfer's memo."),
    bootstrap: z
      .strictObject({
        bundle: z
          .strictObject({
            cpu_seconds: cpuSeconds().default(1).describe('CPU seconds.'),
            memory_mb: memoryMb().default(64).describe('MB of memory.'),
            tokens: whole(0, QUANTITY_MAX).default(4000).describe('LLM tokens, as far as any are sold.'),
            attention: z.literal([0, 1]).default(1).describe('1: genesis meets the human at once.'),
          })
          .prefault({})
          .describe('Bundle of the first bid that bootstrap places.'),
        bid_over_reserve: real(1, 1_000_000)
          .default(1.25)
          .describe('The first bid offers this many times the reserve cost of its bundle.'),
      })
      .prefault({})
      .describe('The first bid of a new root agent.'),
  })
  .prefault({})
  .describe('Grants, fees and limits among agents.');

const lifecycle = z
  .strictObject({
    dormant_seconds: real(0.01, 36_000_000_000)
      .default(300)
      .describe(
        'Seconds of cycles of the running market that an agent may have no bid, execution or prompt before it dies.',
      ),
    restarts: whole(0, 1000)
      .default(3)
      .describe('Restarts in a row after an agent failed by its own fault or was refused its bid; 0: none.'),
    restart_backoff_seconds: backoff(20, 40, 80).describe(
      'Seconds before each of these restarts, in whole cycles; the last one counts for all further.',
    ),
    fault_backoff_seconds: backoff(10, 20, 40, 80, 160).describe(
      'Seconds before a bid is tried again after a fault of the system, in whole cycles.',
    ),
  })
  .prefault({})
  .describe('Death, restarts and second attempts.');

const handshake = z
  .strictObject({
    inbox_max: whole(0, 10_000).default(50).describe('Newest messages handed over.'),
    responses_max: whole(0, 10_000).default(20).describe('Newest answers handed over.'),
    bids_max: whole(0, 10_000).default(50).describe('Newest bids handed over.'),
    requests_max: whole(0, 10_000).default(10).describe('Newest open requests handed over.'),
  })
  .prefault({})
  .describe('How much env.json holds; the rest is under the GET routes.');

/** Text that is older is let go of; the records that it belonged to stay. */
const keptDays = (what: string) => real(0.001, 36_500).nullable().default(null).describe(what);

const history = z
  .strictObject({
    cycles: whole(1, 100_000_000)
      .default(10_000)
      .describe('Cycles for which records are kept; transfers are kept for ever.'),
    days: z
      .strictObject({
        prompts: keptDays('Of prompts that have ended: title, content and files.'),
        answers: keptDays('Of answers to them: the reason. Marks are kept for ever.'),
        messages: keptDays('Messages among agents and of the operator, read or not, and the memos of transfers.'),
        requests: keptDays('Requests of the operator that are closed: what was asked, and names of files.'),
        calls: keptDays('Of calls of models: what was asked and answered, where intelligence.log_content keeps it.'),
        outputs: keptDays('What executions printed, as far as sandbox.outputs_max keeps it.'),
      })
      .prefault({})
      .describe(
        'Days for which text is kept, the money and the records that it belonged to for longer; null: for ever.',
      ),
    files_mb: whole(0, 16_777_216)
      .default(1024)
      .describe('MB of files handed over that are kept: the oldest lose their content first, once marked or over.'),
    spending_days: whole(1, 100_000)
      .default(400)
      .describe('Days for which what models cost is kept by day; of earlier ones the sums are kept for ever.'),
  })
  .prefault({})
  .describe('What is remembered.');

const ending = z
  .strictObject({
    locked_ms: whole(0, TIMER_MS_MAX)
      .default(60_000)
      .describe('Milliseconds that the end of a run waits for another process that holds the database.'),
    spare_ms: whole(0, TIMER_MS_MAX)
      .default(60_000)
      .describe('Milliseconds that an end may take beyond the longest wall time of what still runs.'),
    failed_ms: whole(0, TIMER_MS_MAX)
      .default(30_000)
      .describe('Milliseconds that the end of a run may take that can not go on, as with a full disk.'),
  })
  .prefault({})
  .describe('How long an end of `run` may take; then the process exits, and the next start puts things in order.');

const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('The least level that is logged.'),
    file_bytes_max: whole(4096, 1_099_511_627_776)
      .default(52_428_800)
      .describe('Bytes of a log file before the next one is begun.'),
    files_max: whole(1, 1000).default(5).describe('Log files kept, the newest included.'),
  })
  .prefault({})
  .describe('The log in .bp-agents/logs.');

export const configSchema = z.strictObject({
  market,
  attention,
  economy,
  requests,
  notify,
  lifecycle,
  handshake,
  sandbox,
  materials,
  packages,
  service,
  intelligence,
  history,
  ending,
  terminal,
  metrics,
  traces,
  web,
  log,
});
