import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { settleCallsOfEarlierRun } from '../../src/economy/executions/model-call.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { compiled } from './compiled.ts';
import type { CallingOrder } from './calling-program.ts';
import { openTestEconomy, runningAgent } from './economy.ts';
import { startFakeProvider, type Behaviour, type ProviderCall } from './fake-provider.ts';
import { providersAt } from './provider-settings.ts';

export interface KillingOptions {
  readonly kills: number;
  readonly seed: string;
  /** The budget in all, as a share of what all days together may cost. */
  readonly totalShare: number;
}

/** What was found while a program that makes calls was killed again and again. */
export interface KilledCalls {
  /** One sentence about each thing that must never be. */
  readonly faults: readonly string[];
  readonly kills: number;
  /** Kills while calls went on. */
  readonly amidCalls: number;
  readonly calls: number;
  readonly lost: number;
  /** The highest share of each limit that was ever spent and reserved. */
  readonly highest: Readonly<Record<string, number>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CONNECTIONS = 8;
/** So that two kills share the budget of a day, of which the second one mostly finds the end. */
const BETWEEN_MS = 12 * HOUR_MS;
const DAY = { tokens: 4000, money: 8000 } as const;
/** A kill waits no longer for calls: the budget may be at its end. */
const CALLS_MS = 300;
/** Millionths of the currency for a token. */
const PRICE = { input: 1, output: 4 } as const;
const BEGAN = Date.UTC(2030, 0, 1);

/**
 * Kills a process that makes calls through the gateway, at moments that the seed chooses: while it starts, settles what
 * an earlier one left, or calls. After each kill the database and the provider are asked by themselves.
 */
export async function killCalls({ kills, seed, totalShare }: KillingOptions): Promise<KilledCalls> {
  const program = await compiled(new URL('calling-program.ts', import.meta.url));
  const provider = await startFakeProvider();
  const days = Math.ceil((kills * BETWEEN_MS) / DAY_MS);
  const total = { tokens: Math.ceil(DAY.tokens * days * totalShare), money: Math.ceil(DAY.money * days * totalShare) };
  const limits = { day: DAY, total };
  const overrides = [
    ...['market.supply.tokens=1000000000', 'market.prices.start.tokens=0.000001', 'intelligence.retries=0'],
    ...[
      'intelligence.breaker_failures=1000',
      `intelligence.providers=${providersAt(provider.origin, { model: { tokenizer: 'bytes' } })}`,
    ],
    `intelligence.prices={gpt: {input: ${PRICE.input}, output: ${PRICE.output}}}`,
    ...(['day', 'total'] as const).flatMap((span) => [
      `intelligence.budget.${span}.tokens=${limits[span].tokens}`,
      `intelligence.budget.${span}.money=${limits[span].money / 1e6}`,
    ]),
  ];
  // The budget is the program's: who sets the scene must be able to sell.
  const economy = openTestEconomy({ overrides: overrides.filter((line) => !line.startsWith('intelligence.budget')) });
  const books = new Books(economy.databasePath, limits);
  try {
    const bundle = { cpuMs: 1000, memoryMb: 64, tokens: 100_000_000, attention: 0 } as const;
    const callers = ['ann', 'bob', 'cid'].map((agentId) => ({
      ...{ agentId, executionId: runningAgent(economy, agentId, { bundle }).execution.id },
    }));
    const dice = new Dice(seed);
    provider.behave((call) => {
      const behaviour = behaviourOf(dice.fork(`answer ${provider.calls.length}`), call);
      books.asked(behaviour);
      return behaviour;
    });
    for (let kill = 0; kill < kills; kill++) {
      books.now = BEGAN + kill * BETWEEN_MS;
      const order: CallingOrder = {
        ...{ databasePath: economy.databasePath, overrides, callers, now: books.now },
        ...{ seed: `${seed}/${kill}`, connections: CONNECTIONS },
      };
      await killOne(program, order, { dice: dice.fork(`kill ${kill}`), books });
      books.check(`kill ${kill}`);
    }
    settleCallsOfEarlierRun(economy);
    books.checkEnd();
    return books.found(kills);
  } finally {
    books.close();
    economy.close();
    await provider.close();
  }
}

async function killOne(
  program: string,
  order: CallingOrder,
  { dice, books }: { readonly dice: Dice; readonly books: Books },
): Promise<void> {
  const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, failed] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (failed += bytes.toString()));
  const closed = once(child, 'close');
  // Some are killed while they start and settle, the others once they call.
  if (dice.chance(0.9)) await Promise.race([once(child.stdout, 'data'), closed]);
  const asked = books.asks + dice.whole(0, 25);
  for (let waited = 0; books.asks < asked && waited < CALLS_MS; waited++) await pause(1);
  await Promise.race([pause(dice.fraction() * 10), closed]);
  child.kill('SIGKILL');
  await closed;
  if (said !== '' && said !== '0 open\n') books.faults.push(`a start left ${said}`);
  if (failed !== '') books.faults.push(`it failed by itself: ${failed}`);
}

/** An honest provider: it reports what it has produced, or nothing, or never comes to an end. */
function behaviourOf(dice: Dice, { body }: ProviderCall): Behaviour {
  const most = Number(body['max_tokens'] ?? body['max_completion_tokens']);
  const output = dice.whole(1, most);
  const words = Array.from({ length: Math.min(output, 4) }, () => 'a ');
  const timing = { delayMs: dice.whole(0, 10), chunkMs: dice.whole(0, 3) };
  const ending = dice.fraction();
  if (ending < 0.05) return { ...timing, words, usage: { input: 20, output }, hangAfter: dice.whole(0, 2) };
  if (ending < 0.1) return { ...timing, words, usage: null };
  return { ...timing, words, usage: { input: dice.whole(1, 60), output } };
}

interface Amounts {
  readonly tokens: number;
  readonly money: number;
}

/** The limits held against the bare rows, and against what the provider itself knows of. */
class Books {
  readonly faults: string[] = [];
  now = BEGAN;
  /** How often the provider was asked. */
  asks = 0;
  readonly #database: SqliteDatabase.Database;
  readonly #limits: { readonly day: Amounts; readonly total: Amounts };
  /** What the provider would bill, by day. */
  readonly #due = new Map<number, Amounts>();
  readonly #highest: Record<string, number> = {};
  #amidCalls = 0;

  constructor(path: string, limits: { readonly day: Amounts; readonly total: Amounts }) {
    this.#database = new SqliteDatabase(path);
    this.#limits = limits;
  }

  /** The provider is at work on it, so it will bill it, whatever becomes of the caller. */
  asked({ usage, words = [] }: Behaviour): void {
    const { input, output } = usage ?? { input: 1, output: words.length };
    const day = Math.floor(this.now / DAY_MS);
    this.asks++;
    const { tokens, money } = this.#due.get(day) ?? { tokens: 0, money: 0 };
    this.#due.set(day, {
      tokens: tokens + input + output,
      money: money + input * PRICE.input + output * PRICE.output,
    });
  }

  check(when: string): void {
    const open = this.#one('SELECT COUNT(*) AS n FROM model_calls WHERE outcome IS NULL')['n'];
    if (open !== 0) this.#amidCalls++;
    for (const { day, tokens, money } of this.#byDay())
      this.#hold(`${when}: day`, this.#limits.day, { day, tokens, money });
    this.#hold(`${when}: total`, this.#limits.total, { day: undefined, ...this.#sum() });
  }

  checkEnd(): void {
    this.check('at the end');
    const open = this.#one(
      'SELECT TOTAL(reserved) AS tokens, TOTAL(reserved_money) AS money FROM model_calls WHERE outcome IS NULL',
    );
    if (open['tokens'] !== 0 || open['money'] !== 0) this.faults.push(`${open['tokens']} tokens are reserved for ever`);
    const kept = this.#one('SELECT SUM(billed) AS tokens, SUM(money) AS money FROM model_calls');
    const spent = this.#one('SELECT SUM(billed) AS tokens, SUM(money) AS money FROM spent_days');
    if (kept['tokens'] !== spent['tokens'] || kept['money'] !== spent['money'])
      this.faults.push(`calls say ${JSON.stringify(kept)}, days ${JSON.stringify(spent)}`);
  }

  found(kills: number): KilledCalls {
    const count = (where: string) => this.#one(`SELECT COUNT(*) AS n FROM model_calls ${where}`)['n'] ?? 0;
    return {
      ...{ faults: this.faults, kills, amidCalls: this.#amidCalls, calls: count('') },
      ...{ lost: count(`WHERE outcome = 'lost'`), highest: this.#highest },
    };
  }

  close(): void {
    this.#database.close();
  }

  #hold(what: string, limit: Amounts, { day, ...held }: Amounts & { readonly day: number | undefined }): void {
    for (const unit of ['tokens', 'money'] as const) {
      const key = `${day === undefined ? 'total' : 'day'}.${unit}`;
      this.#highest[key] = Math.max(this.#highest[key] ?? 0, held[unit] / limit[unit]);
      if (held[unit] > limit[unit]) this.faults.push(`${what}: ${held[unit]} of ${limit[unit]} ${unit}`);
      const due = day === undefined ? this.#dueInAll(unit) : (this.#due.get(day)?.[unit] ?? 0);
      if (due > held[unit]) this.faults.push(`${what}: the provider bills ${due} ${unit}, ${held[unit]} are held`);
    }
  }

  #dueInAll(unit: keyof Amounts): number {
    return [...this.#due.values()].reduce((sum, due) => sum + due[unit], 0);
  }

  /** Spent and reserved. */
  #byDay(): readonly (Amounts & { readonly day: number })[] {
    return this.#database
      .prepare<[], Amounts & { day: number }>(
        `SELECT day, SUM(billed) AS tokens, SUM(money) AS money FROM
           (SELECT day, billed, money FROM spent_days
             UNION ALL SELECT began_at / ${DAY_MS}, reserved, reserved_money FROM model_calls WHERE outcome IS NULL)
          GROUP BY day`,
      )
      .all();
  }

  #sum(): Amounts {
    return this.#byDay().reduce<Amounts>(
      (sum, { tokens, money }) => ({ tokens: sum.tokens + tokens, money: sum.money + money }),
      { tokens: 0, money: 0 },
    );
  }

  #one(sql: string): Readonly<Record<string, number>> {
    return this.#database.prepare<[], Record<string, number>>(sql).get() ?? {};
  }
}
