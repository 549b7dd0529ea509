import { endLimitMs } from '../../operator/running-process.ts';
import type { Home } from '../../operator/home.ts';
import type { ThisProcess } from '../../platform/this-process.ts';
import { failureOf } from '../output/command-failure.ts';

/** How long what was printed last may take to be read. */
const PRINTED_MS = 5_000;

/** How long an end of a run may take, by its cause; then the process exits, and the next start puts things in order. */
export class EndLimits {
  readonly #process: Pick<ThisProcess, 'exitWithin'>;
  readonly #home: Pick<Home, 'config' | 'economy'>;

  constructor(deps: { readonly process: Pick<ThisProcess, 'exitWithin'> }, home: Pick<Home, 'config' | 'economy'>) {
    this.#process = deps.process;
    this.#home = home;
  }

  /** Its cycles are over, or it was interrupted: what runs is settled. Where the database can't tell what runs, nothing can be. */
  settling(): void {
    let milliseconds: number;
    try {
      milliseconds = endLimitMs(this.#home.economy);
    } catch (error) {
      this.failed(error);
      return;
    }
    this.#set(milliseconds, 1);
  }

  /** It can't go on: what runs is left to the next start. */
  failed(error: unknown): void {
    this.#set(this.#home.config.ending.failed_ms, 1, failureOf(error).message);
  }

  /** All is done. */
  done(): void {
    this.#set(PRINTED_MS, 0);
  }

  #set(milliseconds: number, code: number, cause?: string): void {
    const overdue = `the end took longer than ${milliseconds / 1000} s: the next run puts things in order (end_overdue)`;
    const lines = [...(cause === undefined ? [] : [cause]), ...(code === 0 ? [] : [overdue])];
    this.#process.exitWithin({ milliseconds, code, lines: lines.map((line) => `bp-agents: ${line}`) });
  }
}
