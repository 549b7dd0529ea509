import type { Config } from '../config/schema.ts';
import type { EconomyDeps } from '../economy/deps.ts';

/** One economy's folder, opened: its configuration and its economy. */
export interface Home {
  readonly directory: string;
  readonly config: Config;
  readonly economy: EconomyDeps;
  close(): void;
}
