import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../helpers/cli.ts';
import { nextCycle } from '../helpers/economy.ts';
import { plant } from '../helpers/planted-economy.ts';
import { Pty } from '../helpers/pty.ts';
import { INSTANT_RUN } from '../helpers/spawned-run.ts';

const QUICK = ['--set', 'market.cycle_seconds=0.3', '--set', 'market.supply.cpu_seconds=16'];

let home: CliHome;
let pty: Pty | undefined;
beforeEach(() => {
  home = cliHome();
});
afterEach(async () => {
  await pty?.close();
  home.remove();
});

function start(...args: readonly string[]): Pty {
  const words = ['--home', home.directory, 'run', ...QUICK, '--set', 'terminal.refresh_ms=50', ...args];
  pty = new Pty([process.execPath, INSTANT_RUN, ...words], { columns: 100, rows: 40 });
  return pty;
}

const cycleOf = async (screen: Pty) => Number((await screen.until(/cycle (\d+) /))[1]);

describe('run at a terminal', () => {
  it('asks for marks while the market goes on, and pays what they issue', async () => {
    const screen = start('--bootstrap');
    await screen.until(/│ Mark execution 1\.[^?]*\?/);
    const asked = await cycleOf(screen);
    await screen.until(new RegExp(`cycle ${asked + 4} `));
    screen.type('789\r');
    screen.type('well said\r');
    await screen.until(/prompt_1: \+600 to genesis, who now has/);
    const [first] = await home.json<readonly unknown[]>('prompts');
    expect(first).toMatchObject({ id: 'prompt_1', status: 'scored', reward: 600, reason: 'well said' });
  });

  it('closes a question that was answered in another terminal, and puts the next one', async () => {
    const screen = start('--bootstrap');
    await screen.until(/│ Mark execution 1\.[^?]*\?/);
    await home.run('score', 'prompt_1', '5', '5', '5');
    await screen.until(/prompt_1 was marked 5 5 5 by a command: \+375 to genesis/);
    await screen.until(/prompt_2 from genesis/);
  });

  it('pauses the market with a key, and lets it go on with the same', async () => {
    const screen = start('--bootstrap');
    await screen.until(/│ Mark execution 1\.[^?]*\?/);
    screen.type('p');
    await screen.until(/cycle \d+ · paused/);
    // The market itself hears of it at its next turn: a pause that is over by then is none to it.
    await screen.until(/the market is paused/);
    expect(await home.json('status')).toMatchObject({ paused: expect.stringContaining('by you') as string });
    screen.type('p');
    await screen.until(/the market runs again/);
    await screen.until(/cycle \d+ · next in/);
  });

  it('ends on Ctrl-C with 0, gives the terminal back and leaves the prompt open', async () => {
    const screen = start('--bootstrap');
    await screen.until(/│ Mark execution 1\.[^?]*\?/);
    screen.type('\x03');
    expect(await screen.ended).toBe(0);
    const left = screen.lines.join('\n');
    expect(left).toMatch(/ending: nothing more is launched[^]*ended after cycle \d+/);
    expect(left).toMatch(/This run: \d+ cycles?, \d+ executions?; 0 prompts marked\.\nCredits: 0 issued in this run;/);
    expect(left).toMatch(
      /prompt_1 from genesis waits for your marks\.\n.* shows it\n {2}bp-agents score prompt_1 7 8 9 {2}marks it\n/,
    );
    expect(await home.json('prompts', '--open')).toMatchObject([{ id: 'prompt_1' }]);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  describe('tells that the human is there', () => {
    const isAway = async () => (await home.json<{ human_away: boolean }>('status')).human_away;
    beforeEach(() => {
      const economy = home.open();
      plant(economy);
      for (let cycle = 0; cycle < 125; cycle++) nextCycle(economy);
      economy.close();
    });

    it('by its start', async () => {
      expect(await isAway()).toBe(true);
      await cycleOf(start());
      expect(await isAway()).toBe(false);
    });

    it('not by its start with --headless, where nobody is asked either', async () => {
      await start('--headless').until(/cycle 12\d/);
      expect(await isAway()).toBe(true);
    });

    it('by any key, after a prompt expired unanswered', async () => {
      const screen = start('--bootstrap', '--set', 'attention.prompt_ttl_seconds=1');
      await screen.until(/expired unanswered; you count as away/);
      expect(await isAway()).toBe(true);
      screen.type('x');
      await expect.poll(isAway, { timeout: 120_000 }).toBe(false);
    });
  });
});
