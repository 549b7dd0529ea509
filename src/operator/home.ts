import type { Config } from '../config/schema.ts';
import type { Economy } from '../economy/economy.ts';

/** One economy's folder, opened: its configuration and its economy. */
export interface Home {
  readonly directory: string;
  readonly config: Config;
  readonly economy: Economy;
  close(): void;
}
