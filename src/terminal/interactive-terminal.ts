import type { News } from '../operator/event-lines.ts';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Clock } from '../platform/clock.ts';
import { EventLog } from './event-log.ts';
import { Keyboard, type KeyPress } from './keyboard.ts';
import { keyHints } from './key-hints.ts';
import { openPanel, PANEL_KEYS, type Panel, type PanelName } from './panels.ts';
import { Pager } from './pager.ts';
import { OpenLetter } from './open-letter.ts';
import { pictureOf, type Pane } from './scene.ts';
import { Screen } from './screen.ts';
import { timeOfDay } from './time-of-day.ts';
import type { Answer, AskedPrompt, ShownEconomy, Terminal, TerminalControls } from './view.ts';

export interface InteractiveTerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly clock: Clock;
  readonly refreshMs: number;
  readonly reasonCharsMax: number;
  readonly hasStyles: boolean;
  /** What makes the terminal tell that this prompt waits. */
  readonly notification: (promptId: string) => string;
  /** Lines that were printed before, which the screen hides. */
  readonly told: readonly string[];
  readonly controls: TerminalControls;
  /** The human is there: any key but Ctrl-C. `promptId`: whose letter is in sight, such as `prompt_3`. */
  readonly onKey: (promptId: string | undefined) => void;
  /** Ctrl-C, which the terminal doesn't turn into a signal while it hands over single keys. */
  readonly onInterrupt: () => void;
  readonly place: TerminalPlace;
}

/** Where the program stands at its terminal, which a shell may take from it and give back. */
export interface TerminalPlace {
  /** Calls the listener each time that the program goes on after it was stopped. Returns what ends that. */
  onContinued(listener: () => void): () => void;
  /** Calls the listener when the process exits, however that comes. Returns what ends that. */
  onExit(listener: () => void): () => void;
  /** False where the terminal belongs to others meanwhile: whoever touches it then is stopped. */
  isInForeground(): boolean;
  /** Stops the program, and what the shell started with it, as Ctrl-Z does. */
  suspend(): void;
}

const INTERRUPT = 0x03;
/** Ctrl-\ would end the program with a dump of its memory, Ctrl-D means the end of what is read. */
const IGNORED: readonly number[] = [0x04, 0x1c];
/** What happens is drawn no more often than the eye sees it. */
const FRAME_MS = 50;
/** After a question has closed by itself, keys meant for it must not answer the next one. */
const DEAF_MS = 1000;
/** Of what happened, what is left on the terminal at the end. */
const STAYING_MAX = 100;

/** The human at a real terminal: the only reader of its keys and, through the screen, the only writer to it. */
export class InteractiveTerminal implements Terminal {
  readonly interactive = true;
  readonly #options: InteractiveTerminalOptions;
  readonly #screen: Screen;
  readonly #keyboard: Keyboard;
  readonly #closing = new AbortController();
  readonly #events = new EventLog();
  readonly #forget: readonly (() => void)[];
  #view: ShownEconomy | undefined;
  #shownAt = 0;
  #letter: OpenLetter | undefined;
  #panel: (Panel & Pane) | undefined;
  #deafUntil = -Infinity;
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #isAside = false;
  #isDue = false;
  #drawnAt = -Infinity;
  #isWaiting = false;

  constructor(options: InteractiveTerminalOptions) {
    this.#options = options;
    const { input, output, place, hasStyles } = options;
    this.#screen = new Screen(output, { hasStyles });
    this.#keyboard = new Keyboard((key) => this.#onKey(key));
    for (const told of options.told) this.#events.add(timeOfDay(options.clock), told, { stays: false });
    input.setRawMode(true);
    input.on('data', this.#onData).on('error', ignore).resume();
    output.on('resize', this.#onResize).on('error', ignore);
    this.#forget = [place.onContinued(() => this.#onContinued()), place.onExit(() => this.#screen.leave())];
    this.#screen.enter();
    this.#draw();
    void this.#refresh();
  }

  show(view: ShownEconomy): void {
    const first = this.#view === undefined;
    const isOld = this.#view?.cycle !== view.cycle;
    this.#view = view;
    this.#shownAt = this.#options.clock.monotonic();
    if (isOld && this.#panel) this.#lookAgain(this.#panel);
    if (first) this.#draw();
  }

  event(line: string, news: News = {}): void {
    this.#events.add(timeOfDay(this.#options.clock), line, news);
    this.#drawInTime();
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
    for (const forget of this.#forget) forget();
    this.#keyboard.close();
    input.off('data', this.#onData).pause();
    if (!this.#isAside) input.setRawMode(false);
    output.off('resize', this.#onResize);
    this.#screen.leave(this.#events.staying(STAYING_MAX, this.#screen.columns));
  }

  async #askNow(prompt: AskedPrompt, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return { kind: 'closed' };
    const { hasStyles, reasonCharsMax, notification } = this.#options;
    const letter = new OpenLetter(prompt, {
      signs: hasStyles ? 'styled' : 'typed',
      reasonCharsMax,
    });
    this.#letter = letter;
    this.#screen.send(notification(prompt.id));
    this.#draw();
    const answer = await letter.answered(signal);
    this.#letter = undefined;
    if (this.#closing.signal.aborted) return answer;
    if (answer.kind === 'closed') this.#deafUntil = this.#options.clock.monotonic() + DEAF_MS;
    this.#draw();
    return answer;
  }

  get #inSight(): OpenLetter | undefined {
    return this.#letter?.isPutOff ? undefined : this.#letter;
  }

  /** Once for all that comes in one turn. */
  #drawSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  /** For what nobody has pressed a key for: many events are one drawing. */
  #drawInTime(): void {
    const { clock } = this.#options;
    const waitMs = this.#drawnAt + FRAME_MS - clock.monotonic();
    if (waitMs <= 0) this.#drawSoon();
    else if (!this.#isWaiting) {
      this.#isWaiting = true;
      clock.sleep(waitMs, this.#closing.signal).then(() => {
        this.#isWaiting = false;
        this.#drawSoon();
      }, ignore);
    }
  }

  #draw(): void {
    if (this.#isAside || this.#closing.signal.aborted) return;
    this.#drawnAt = this.#options.clock.monotonic();
    const { columns, rows } = this.#screen;
    const letter = this.#inSight;
    const scene = {
      view: this.#view,
      elapsedMs: this.#options.clock.monotonic() - this.#shownAt,
      events: this.#events,
      pane: this.#panel ?? letter,
      question: letter && ((width: number) => letter.question.picture(width)),
      keys: keyHints(this.#letter, {
        panel: this.#panel?.name,
        isPaused: this.#view?.state === 'paused',
        isSpent: (this.#view?.human_time.spent ?? null) !== null,
      }),
    };
    this.#screen.draw(pictureOf(scene, { columns, rows }));
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
    const keys = chunk.filter((byte) => byte !== INTERRUPT && !IGNORED.includes(byte));
    const interrupts = chunk.filter((byte) => byte === INTERRUPT).length;
    if (keys.length > 0) {
      this.#options.onKey(this.#inSight?.promptId);
      this.#keyboard.feed(Buffer.from(keys));
    }
    for (let count = 0; count < interrupts; count++) this.#options.onInterrupt();
  };

  #onKey(key: KeyPress): void {
    if (this.#closing.signal.aborted) return;
    if (key.name === 'ctrl+z' && !key.isPasted) this.#suspend();
    else if (key.name === 'ctrl+l') this.#screen.repaint();
    else if (this.#options.clock.monotonic() >= this.#deafUntil) this.#press(key);
  }

  #press(key: KeyPress): void {
    const letter = this.#inSight;
    const isTyping = letter?.question.isTyping ?? false;
    const isCommand = !key.isPasted && (!isTyping || key.text === '');
    const isScroll = isCommand && !(isTyping && (key.name === 'home' || key.name === 'end'));
    if (isScroll && (this.#panel ?? letter)?.pager.press(key.name)) this.#drawSoon();
    else if (letter?.press(key)) {
      // Whoever answers wants to see the letter.
      this.#panel = undefined;
      this.#drawSoon();
    } else if (isCommand) this.#command(key.name);
  }

  #command(name: string): void {
    const panel = PANEL_KEYS[name];
    const letter = this.#letter;
    if (panel === 'waiting' && letter?.isPutOff) letter.isPutOff = false;
    else if (panel !== undefined && panel === this.#panel?.name) this.#panel = undefined;
    else if (panel !== undefined) this.#open(panel);
    else if (name === 'p') this.#options.controls.togglePause();
    else if (name === 'm') this.#options.controls.listenOn();
    else if (name === 'escape' && this.#panel) this.#panel = undefined;
    else if (name === 'escape' && letter) letter.isPutOff = true;
    this.#drawSoon();
  }

  #open(name: PanelName): void {
    const { controls } = this.#options;
    const pager = new Pager({ isAtEnd: name === 'log' });
    this.#panel = { ...openPanel(name, controls, this.#events), pager };
  }

  #lookAgain({ name, pager }: Panel & Pane): void {
    if (name === 'agents' || name === 'waiting')
      this.#panel = { ...openPanel(name, this.#options.controls, this.#events), pager };
  }

  /** As any program does: the shell gets its terminal back, and `fg` gives it to us again. */
  #suspend(): void {
    const { input, place } = this.#options;
    this.#isAside = true;
    this.#screen.leave();
    input.setRawMode(false).pause();
    place.suspend();
  }

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
    this.#screen.leave();
    this.#screen.enter();
    this.#draw();
  }

  readonly #onResize = (): void => {
    this.#draw();
    this.#screen.repaint();
  };
}

function ignore(): void {
  // A terminal that goes away ends the program by its own signal.
}
