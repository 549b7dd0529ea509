import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileHome, type HostileHome } from '../helpers/hostile-home.ts';

// agents/terminal.py writes what a terminal might obey; the built program shows it with every command that shows texts.

const COMMANDS = [
  'prompts',
  'agents',
  'agent terminal',
  'agent victim',
  'executions',
  'bids',
  'history',
  'status',
  'markets',
];
const VICTIM = 'import json\nprint(json.load(open("env.json"))["inbox"])\n';

let home: HostileHome;
/** By command, what it printed. */
const shown = new Map<string, string>();
const csv = new Map<string, string>();
let log: string;

beforeAll(async () => {
  home = hostileHome();
  await home.bring('victim', { 'main.py': VICTIM });
  await home.bringHostile('terminal', 1);
  const run = await home.run('run', '--headless', '--cycles', '4');
  expect(run).toMatchObject({ status: 0 });
  shown.set('run', run.stdout + run.stderr);
  const executions = await home.json<{ id: string; agent_id: string }[]>('executions');
  const { id } = executions.find(({ agent_id }) => agent_id === 'terminal')!;
  shown.set('prompts --open', (await home.within('prompts', '--open')).stdout);
  const reason = 'thanks\u001b]0;owned\u0007\u202e';
  const scored = await home.within('score', 'prompt_1', '1', '1', '1', '--reason', reason);
  shown.set('score', scored.stdout + scored.stderr);
  const commands = [...COMMANDS, `logs ${id}`].map((command) => [command, ...command.split(' ')] as const);
  for (const [command, ...args] of commands) {
    const { stdout, stderr, status } = await home.within(...args);
    expect([command, status, stderr]).toEqual([command, 0, '']);
    shown.set(command, stdout);
    if (command === `logs ${id}`) log = stdout;
  }
  expect(await home.within('export', '--dir', join(home.directory, 'out'))).toMatchObject({ status: 0 });
  const out = join(home.directory, 'out');
  for (const name of readdirSync(out)) csv.set(name, readFileSync(join(out, name), 'utf8'));
});
afterAll(() => home.close());

/** No text that any command or export showed matches. The texts did arrive. */
function expectNowhere(pattern: RegExp): void {
  expect(shown.get('prompts --open')).toContain('cmd|');
  const all = [...shown, ...csv];
  expect(all.filter(([, text]) => pattern.test(text)).map(([name]) => name)).toEqual([]);
}

describe('terminal', () => {
  it('sequences: no escape character reaches a terminal, so no colour, cursor, title, clipboard or link', () => {
    expectNowhere(/\u001b/u);
  });

  it('eight-bit sequences: no control character of C1 reaches one, which some terminals obey too', () => {
    expectNowhere(/[\u0080-\u009f]/u);
  });

  it('single controls: no bell, backspace, return, shift or question for an answer reaches one', () => {
    expectNowhere(/[\u0000-\u0008\u000b-\u001f\u007f]/u);
  });

  it('reordering: nothing turns the direction of the text around', () => {
    expectNowhere(/[\u202a-\u202e\u2066-\u2069]/u);
  });

  it('line breaks: none that only some programs see is left', () => {
    expectNowhere(/[\u2028\u2029\u0085]/u);
  });

  it('invisible text: nothing hides in what is shown', () => {
    const commands = [...shown].filter(([, text]) => /[\u200b\ufeff]|\u{e0041}/u.test(text));
    expect(commands.map(([name]) => name)).toEqual([]);
  });

  it('piled marks: no letter climbs over other lines', () => {
    const commands = [...shown].filter(([, text]) => /\p{M}{6}/u.test(text));
    expect(commands.map(([name]) => name)).toEqual([]);
  });

  it("imitated frame: a prompt's lines stand behind its bar, and none begins like one of the program", () => {
    const lines = (shown.get('prompts --open') ?? '').split('\n');
    const faked = lines.filter((line) => /faked|Your marks for prompt_9|╰───────$/.test(line));
    expect(faked.length).toBeGreaterThan(0);
    expect(faked.filter((line) => !line.startsWith('│'))).toEqual([]);
  });

  it('imitated log: bytes that are no text become visible, and the log ends where it ended', () => {
    expect(log).toContain('\ufffd\ufffd');
    expect(log.endsWith('\n')).toBe(true);
  });

  it('ids: no agent has a name that a terminal would obey', async () => {
    const agents = await home.json<{ id: string }[]>('agents');
    expect(agents.map(({ id }) => id).filter((id) => !/^[a-z0-9-]+$/.test(id))).toEqual([]);
  });

  it('formulas: no cell of an export begins like a formula, whatever separates cells', () => {
    for (const [name, text] of csv) {
      // Numbers may be negative; everything else that begins so is a formula.
      const cells = text.split(/[,;\t\n]/u).map((cell) => cell.replace(/^["\s]+/u, ''));
      const formulas = cells.filter((cell) => /^[=+\-@]/u.test(cell) && !/^-[\d.]+"?$/u.test(cell));
      expect([name, formulas]).toEqual([name, []]);
    }
    expect(csv.get('prompts.csv')).toContain("'=cmd|");
  });

  it('JSON: with --json the whole text is there, in escapes that no terminal obeys', async () => {
    const { stdout } = await home.within('prompts', '--json');
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u);
    expect((JSON.parse(stdout) as { content: string }[])[0]?.content).toContain('\u001b]52;c;b3duZWQ=\u001b\\');
  });
});
