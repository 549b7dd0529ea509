import type { Home } from '../operator/home.ts';
import type { PromptDesk } from '../operator/prompt-desk.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Randomness } from '../platform/randomness.ts';
import type { LiveFeed } from '../operator/live-feed.ts';
import type { RunningUses } from '../operator/running-uses.ts';
import type { MetricsSource } from './metrics-route.ts';

/** What the page's server and its routes work with. */
export interface WebDeps {
  readonly home: Home;
  readonly prompts: PromptDesk;
  readonly feed: LiveFeed;
  /** None where nothing runs in this process. */
  readonly uses?: RunningUses | undefined;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly logger: Logger;
  /** Where the built page lies. */
  readonly pageDirectory: string;
  /** Served besides the page, where they are on. */
  readonly metrics?: MetricsSource | undefined;
}
