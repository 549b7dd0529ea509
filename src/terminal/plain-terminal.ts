import type { Writable } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import { filesTotal } from './handed-files.ts';
import { statusLine } from './live-lines.ts';
import { sanitiseLine } from './sanitise.ts';
import { timeOfDay } from './time-of-day.ts';
import type { Answer, AskedPrompt, ShownEconomy, Terminal } from './view.ts';

export interface PlainTerminalOptions {
  readonly output: Writable;
  readonly clock: Clock;
}

/** What is kept for a reader that takes nothing, as one that was stopped. */
const UNREAD_BYTES_MAX = 1_048_576;

/** Where there is no terminal: one line for each cycle and each event. Nobody is asked and no score is made up. */
export class PlainTerminal implements Terminal {
  readonly interactive = false;
  readonly #options: PlainTerminalOptions;
  readonly #closing = new AbortController();
  #cycle: number | undefined;
  /** Lines that nobody will read. */
  #missed = 0;

  constructor(options: PlainTerminalOptions) {
    this.#options = options;
    // A reader that went away, as in `| head`, is no reason to end the economy.
    options.output.on('error', () => this.close());
  }

  show(view: ShownEconomy): void {
    if (view.cycle === this.#cycle) return;
    this.#cycle = view.cycle;
    this.event(statusLine(view, 0));
  }

  event(line: string): void {
    const { output, clock } = this.#options;
    if (this.#closing.signal.aborted || !output.writable) return;
    if (output.writableLength > UNREAD_BYTES_MAX) {
      this.#missed++;
      return;
    }
    const missed = this.#missed === 0 ? '' : `${this.#missed} lines are left out that nobody read\n`;
    this.#missed = 0;
    output.write(`${missed}${timeOfDay(clock)} ${sanitiseLine(line)}\n`);
  }

  async ask(prompt: AskedPrompt, signal: AbortSignal): Promise<Answer> {
    const about = [
      ...(prompt.request === undefined ? [] : [`for ${prompt.request.id}`]),
      ...(prompt.files.length === 0 ? [] : [`with ${filesTotal(prompt.files)}`]),
    ];
    const aside = about.length === 0 ? '' : `, ${about.join(', ')},`;
    this.event(`${prompt.id} from ${prompt.agent_id}${aside} waits for an answer: bp-agents prompts`);
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    await new Promise<void>((resolve) => {
      if (ended.aborted) resolve();
      else ended.addEventListener('abort', () => resolve(), { once: true });
    });
    return { kind: 'closed' };
  }

  close(): void {
    this.#closing.abort();
  }
}
