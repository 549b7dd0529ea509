/** How often a step that takes long says that it is still at it, where no terminal shows the seconds. */
const HEARTBEAT_MS = 15_000;
const TICK_MS = 1_000;
const NAME_WIDTH = 9;

/**
 * Runs one step of the set-up and shows its progress and time. `work` gets `say`, which tells what is being done now,
 * and returns what there is in the end: `up to date`, `Docker 20.10.24`. A failure is shown and passed on.
 * @param {string} name
 * @param {(say: (doing: string) => void) => Promise<string> | string} work
 */
export async function step(name, work) {
  const line = new Line(name);
  try {
    const result = await work((doing) => line.say(doing));
    line.end('✓', result);
  } catch (error) {
    line.end('✗', 'failed');
    throw error;
  }
}

class Line {
  #name;
  #doing = '';
  #since = Date.now();
  #saidAt = Date.now();
  #live = Boolean(process.stdout.isTTY);
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {string} name */
  constructor(name) {
    this.#name = name.padEnd(NAME_WIDTH);
  }

  /** @param {string} doing An empty text hands the screen to a child or a question. */
  say(doing) {
    this.#doing = doing;
    clearInterval(this.#timer);
    this.#clear();
    if (doing === '') return;
    this.#show();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /**
   * @param {string} mark
   * @param {string} result
   */
  end(mark, result) {
    clearInterval(this.#timer);
    this.#clear();
    process.stdout.write(`${mark} ${this.#name} ${result} (${this.#seconds(1)} s)\n`);
  }

  #tick() {
    if (this.#live || Date.now() - this.#saidAt >= HEARTBEAT_MS) this.#show();
  }

  #show() {
    this.#saidAt = Date.now();
    if (this.#live) process.stdout.write(`\r\x1b[K… ${this.#name} ${this.#doing} (${this.#seconds(0)} s)`);
    else process.stdout.write(`… ${this.#name} ${this.#doing} (${this.#seconds(0)} s)\n`);
  }

  #clear() {
    if (this.#live) process.stdout.write('\r\x1b[K');
  }

  /** @param {number} decimals */
  #seconds(decimals) {
    return ((Date.now() - this.#since) / 1000).toFixed(decimals);
  }
}
