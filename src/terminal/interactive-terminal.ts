import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Clock } from '../platform/clock.ts';
import { liveViewLines, statusLine } from './live-lines.ts';
import { askForMarks } from './marks-question.ts';
import { promptFrame } from './prompt-frame.ts';
import { sanitiseLine } from './sanitise.ts';
import { Screen, type CursorPlace } from './screen.ts';
import { timeOfDay } from './time-of-day.ts';
import type { Answer, AskedPrompt, ShownEconomy, Terminal } from './view.ts';

export interface InteractiveTerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly clock: Clock;
  readonly refreshMs: number;
  readonly reasonCharsMax: number;
  /** The human is there: any key but Ctrl-C. */
  readonly onKey: () => void;
  /** Ctrl-C, which the terminal doesn't turn into a signal while it hands over single keys. */
  readonly onInterrupt: () => void;
  readonly place: TerminalPlace;
}

/** Where the program stands at its terminal, which a shell may take from it and give back. */
export interface TerminalPlace {
  /** Calls the listener each time that the program goes on after it was stopped. Returns what ends that. */
  onContinued(listener: () => void): () => void;
  /** False where the terminal belongs to others meanwhile: whoever touches it then is stopped. */
  isInForeground(): boolean;
}

const INTERRUPT = 0x03;
/** Ctrl-D, Ctrl-Z and Ctrl-\ would end the line editor or stop the program behind the market's back. */
const IGNORED: readonly number[] = [0x04, 0x1a, 0x1c];
/** Of what comes at once: more than anybody types is a paste by mistake. */
const KEYS_MAX = 4096;
/** Events that wait while a question is open; of more, the newest. */
const HELD_EVENTS_MAX = 100;
/** After a question has closed by itself, keys meant for it must not answer the next one. */
const DEAF_MS = 1000;

/** The human at a real terminal: the only reader of its keys and, through the screen, the only writer to it. */
export class InteractiveTerminal implements Terminal {
  readonly interactive = true;
  readonly #options: InteractiveTerminalOptions;
  readonly #screen: Screen;
  readonly #closing = new AbortController();
  readonly #heldEvents: string[] = [];
  #view: ShownEconomy | undefined;
  #shownAt = 0;
  #question: { readonly lines: readonly string[]; readonly cursor: CursorPlace } | undefined;
  #keys: PassThrough | undefined;
  #deafUntil = -Infinity;
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #isAside = false;
  readonly #forgetContinued: () => void;

  constructor(options: InteractiveTerminalOptions) {
    this.#options = options;
    this.#screen = new Screen(options.output);
    options.input.setRawMode(true);
    options.input.on('data', this.#onData).on('error', ignore).resume();
    options.output.on('resize', this.#onResize).on('error', ignore);
    this.#forgetContinued = options.place.onContinued(() => this.#onContinued());
    void this.#refresh();
  }

  show(view: ShownEconomy): void {
    const first = this.#view === undefined;
    this.#view = view;
    this.#shownAt = this.#options.clock.monotonic();
    if (first) this.#draw();
  }

  event(line: string): void {
    const text = `${timeOfDay(this.#options.clock)} ${sanitiseLine(line)}`;
    this.#heldEvents.push(text);
    if (this.#heldEvents.length > HELD_EVENTS_MAX) this.#heldEvents.shift();
    if (!this.#question) this.#releaseEvents();
  }

  async ask(prompt: AskedPrompt, signal: AbortSignal): Promise<Answer> {
    const before = this.#lastAnswer;
    const answer = before.then(async () => this.#askNow(prompt, AbortSignal.any([signal, this.#closing.signal])));
    this.#lastAnswer = answer.catch(ignore);
    return answer;
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    const { input, output } = this.#options;
    this.#closing.abort();
    this.#forgetContinued();
    input.off('data', this.#onData).pause();
    if (!this.#isAside) input.setRawMode(false);
    output.off('resize', this.#onResize);
    this.#question = undefined;
    this.#draw();
    this.#releaseEvents();
    this.#screen.close();
  }

  async #askNow(prompt: AskedPrompt, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return { kind: 'closed' };
    this.#screen.print((columns) => promptFrame(prompt, columns));
    this.#keys = new PassThrough();
    const answer = await askForMarks({
      promptId: prompt.id,
      reasonCharsMax: this.#options.reasonCharsMax,
      columns: () => this.#screen.columns,
      keys: this.#keys,
      signal,
      draw: (lines, cursor) => {
        this.#question = { lines, cursor };
        this.#draw();
      },
    });
    this.#keys = undefined;
    this.#question = undefined;
    if (this.#closing.signal.aborted) return answer;
    if (answer.kind === 'closed') this.#deafUntil = this.#options.clock.monotonic() + DEAF_MS;
    this.#screen.print(() => [outcome(prompt, answer)]);
    this.#releaseEvents();
    this.#draw();
    return answer;
  }

  #releaseEvents(): void {
    const lines = this.#heldEvents.splice(0);
    if (lines.length > 0) this.#screen.print(() => lines);
  }

  #draw(): void {
    if (this.#isAside) return;
    const elapsedMs = this.#options.clock.monotonic() - this.#shownAt;
    const { columns, rows } = this.#screen;
    const view = this.#view;
    if (this.#question) {
      const status = view ? ['', statusLine(view, elapsedMs, columns)] : [];
      this.#screen.draw([...this.#question.lines, ...status], this.#question.cursor);
    } else if (view) this.#screen.draw(liveViewLines(view, elapsedMs, { columns, rows }));
  }

  async #refresh(): Promise<void> {
    const { clock, refreshMs } = this.#options;
    try {
      for (;;) {
        await clock.sleep(refreshMs, this.#closing.signal);
        if (this.#isAside && this.#options.place.isInForeground()) this.#comeBack();
        this.#draw();
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    const keys = chunk.subarray(0, KEYS_MAX).filter((byte) => byte !== INTERRUPT && !IGNORED.includes(byte));
    const interrupts = chunk.filter((byte) => byte === INTERRUPT).length;
    if (keys.length > 0) {
      this.#options.onKey();
      if (this.#options.clock.monotonic() >= this.#deafUntil) this.#keys?.write(keys);
    }
    for (let count = 0; count < interrupts; count++) this.#options.onInterrupt();
  };

  /** Whoever stopped the program has set the terminal to what it likes. */
  #onContinued(): void {
    if (this.#options.place.isInForeground()) this.#comeBack();
    else {
      this.#isAside = true;
      this.#options.input.pause();
    }
  }

  #comeBack(): void {
    this.#isAside = false;
    const { input } = this.#options;
    // Node doesn't set again what it believes to be set.
    input.setRawMode(false).setRawMode(true).resume();
    this.#draw();
    this.#screen.repaint();
  }

  readonly #onResize = (): void => {
    this.#draw();
    this.#screen.repaint();
  };
}

function outcome({ id }: AskedPrompt, answer: Answer): string {
  switch (answer.kind) {
    case 'scored': {
      const { interesting, useful, understandable } = answer.scores;
      return `${id}: interesting ${interesting}, useful ${useful}, understandable ${understandable}`;
    }
    case 'skipped':
      return `${id}: skipped`;
    case 'closed':
      return `${id}: the question closed`;
  }
}

function ignore(): void {
  // A terminal that is gone is told by a signal; whoever asked hears of a failed question.
}
