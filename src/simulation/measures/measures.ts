import { bundleCost } from '../../domain/resources.ts';
import type { Economy } from '../../economy/economy.ts';
import { bareBundle } from '../../economy/views/market-view.ts';
import { arrivalMeasures } from './arrival-measures.ts';
import { attentionMeasures } from './attention-measures.ts';
import { lifeMeasures } from './life-measures.ts';
import { lineageMeasures } from './lineage-measures.ts';
import { marketMeasures } from './market-measures.ts';
import { moneyMeasures } from './money-measures.ts';
import { loadSolver } from './optimum.ts';
import { slackMeasures } from './slack-measures.ts';
import type { Span } from './spans.ts';
import { rootMeasures } from './root-measures.ts';
import { welfareMeasure } from './welfare-measure.ts';
import { STORE } from '../../economy/internal/store-key.ts';

/** By name, such as `credits.held`: docs/economics.md says what each one is. */
export type Measures = Readonly<Record<string, number>>;

export interface MeasureOptions {
  /** When there was somebody at the terminal; undefined where nobody knows. */
  readonly presence?: readonly Span[];
  /** To which group an agent belongs; its lineage by default. */
  readonly groupOf?: (agentId: string) => string;
  /** The marks that an agent's prompts deserve; undefined where nobody knows. */
  readonly qualityOf?: (agentId: string) => number;
  /** The marks that the best choice of prompts would have come to. */
  readonly bestMarks?: number | undefined;
  /** Also the share of the best possible welfare, which can take longer than all the rest; by default it is. */
  readonly welfare?: boolean | undefined;
}

/** What an economy came to, from its own record alone: of a simulated one as of a real one. */
export async function measure(economy: Economy, options: MeasureOptions = {}): Promise<Measures> {
  const { [STORE]: store, config, clock, derived } = economy;
  const { cycle, runningMs } = store.state.get();
  const groupOf = options.groupOf ?? ((id: string) => store.agents.find(id)?.lineageId ?? id);
  const cyclesPerHour = Math.max(1, Math.round(3600 / config.market.cycle_seconds));
  const days = Math.max(runningMs, 1) / 86_400_000;
  const bareCost = bundleCost(bareBundle(config.economy.bare_bundle), derived.startPrices);
  const solver = options.welfare === false ? undefined : await loadSolver();
  // All from one moment, since a run may be going on; the optima take longer than a snapshot should be held.
  const read = store.read(() => ({
    ...lifeMeasures(store, { cycle, cyclesPerHour, groupOf, bareCost }),
    ...attentionMeasures(store, {
      ...{ days, cycle, groupOf, until: clock.now() },
      ...{ presence: options.presence, qualityOf: options.qualityOf, bestMarks: options.bestMarks },
    }),
    ...arrivalMeasures(store, { began: clock.now() - runningMs, until: clock.now(), groupOf }),
    ...lineageMeasures(store, groupOf),
    ...rootMeasures(store, { cycle, cyclesPerHour, groupOf }),
    ...moneyMeasures(store, { days, cyclesPerHour }),
    ...marketMeasures(economy),
    ...slackMeasures(store, groupOf),
  }));
  return { ...read, ...(solver && welfareMeasure(economy, solver)) };
}
