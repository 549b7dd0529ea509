import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveViewLines, shortViewLines } from '../../src/terminal/live-lines.ts';
import { promptFrame } from '../../src/terminal/prompt-frame.ts';
import { lineWidth, textOf } from '../../src/terminal/styled.ts';
import { displayWidth } from '../../src/terminal/width.ts';
import { economyView } from '../helpers/economy-view.ts';

const anyText = fc.array(fc.nat(0x10ffff), { maxLength: 200 }).map((codes) => String.fromCodePoint(...codes));
const lines = (view: Parameters<typeof liveViewLines>[0], elapsedMs = 0, columns = 100) =>
  liveViewLines(view, elapsedMs, columns).map(textOf).join('\n');

describe('the live view', () => {
  it('shows cycle, countdown, agents, credits and markets', () => {
    expect(lines(economyView(), 2500)).toBe(
      [
        'cycle 128 · next in 5 s',
        'agents      3 alive · 1 dormant · 2 dead',
        'credits     1,500.5 held · 0 in bids · 2,000 issued · 1 burnt',
        'cpu_seconds ███░░░░░░░  25 % of 16 · 1.25 each',
        'memory_mb   ███░░░░░░░  25 % of 3,200 · 1.25 each',
        'tokens      not sold',
        'attention   ██████████ 100 % of 1 · 1.25 each',
        'prompt      none',
        'running     none',
      ].join('\n'),
    );
  });

  it('shows what models have cost today and in all, and whom it went to', () => {
    const none = { reserved_money: 0, reserved_tokens: 0, money_limit: null, tokens_limit: null };
    const spending = {
      currency: 'USD',
      today: { ...none, money: 0.5, tokens: 12_000, money_limit: 5, reserved_money: 0.01, reserved_tokens: 300 },
      total: { ...none, money: 1234.25, tokens: 80_000, tokens_limit: 1_000_000 },
      renews_at: '2030-01-02T00:00:00.000Z',
      by_agent: [
        { name: 'genesis', calls: 3, money: 0.4, tokens: 10_000 },
        { name: 'child\x1b[2J', calls: 1, money: 0, tokens: 2000 },
      ],
      by_model: [{ name: 'gpt', calls: 4, money: 0.5, tokens: 12_000 }],
      unpriced: ['local'],
    };
    expect(lines(economyView({ spending }))).toContain(
      [
        'models      0.5 of 5 USD, 12,000 tokens today, 0.01 USD reserved',
        '  in all    1,234.25 USD, 80,000 of 1,000,000 tokens',
        '  by agent  genesis 0.4 USD · child␛[2J 2,000 tokens',
        '  by model  gpt 0.5 USD',
        '  no price  local',
        'prompt      none',
      ].join('\n'),
    );
  });

  it('tells tokens that are not sold just now from those that never are', () => {
    const { markets } = economyView();
    const exhausted = { ...markets, tokens: { price: 0.5, supply: 0, utilisation: 0 } };
    expect(lines(economyView({ markets: exhausted }))).toContain(
      'tokens      none now: the budget for models is at its end',
    );
    expect(lines(economyView())).toContain('tokens      not sold');
  });

  it('shows what keeps the market from running', () => {
    const paused = economyView({ state: 'paused', notice: 'the engine does not answer' });
    expect(lines(paused)).toContain('cycle 128 · paused\n! the engine does not answer');
    expect(lines(economyView({ next_cycle_in_ms: null }))).toContain('cycle 128 · at work');
  });

  it('shows the open prompt, the deck and whether the human is away', () => {
    const open = { id: 'prompt_3', agent_id: 'genesis', request_id: null, files: [], expires_in_ms: 600_000 };
    expect(lines(economyView({ open_prompt: open, prompts: { open: 1, queued: 1 } }), 30_000)).toContain(
      'prompt      prompt_3 from genesis · it expires in 9 min · 1 waiting',
    );
    expect(lines(economyView({ open_prompt: { ...open, request_id: 'request_7' } }))).toContain(
      'prompt      prompt_3 from genesis for request_7 · it expires in 10 min',
    );
    const brought = [
      { name: 'a\x1b[2J', bytes: 1200 },
      { name: 'b', bytes: 1 },
    ];
    expect(lines(economyView({ open_prompt: { ...open, files: brought } }))).toContain(
      'it expires in 10 min · with 2 files, 1,201 bytes',
    );
    expect(lines(economyView({ human_away: true }))).toContain('you are away: press a key');
  });

  it('names as many executions as there is room for, and counts the rest', () => {
    const executions = Array.from({ length: 9 }, (_, n) => ({ id: `exe_${n}`, agent_id: 'genesis', running_ms: 1000 }));
    expect(lines(economyView({ running: executions.slice(0, 2) }))).toContain('exe_0 genesis 1 s · exe_1 genesis 1 s');
    expect(lines(economyView({ running: executions }))).toContain('exe_3 genesis 1 s · 5 more');
  });

  it('says what is going to happen, in whole words', () => {
    const coming = 'bid_1 asks for your attention, with the next cycle: if it wins, ada\x1b[2J runs';
    expect(lines(economyView({ coming }), 0, 50)).toContain(
      'next        bid_1 asks for your attention, with\n            the next cycle: if it wins, ada␛[2J\n            runs',
    );
  });

  it('fits every width without a cut word, and as few lines as there are', () => {
    const view = economyView({
      notice: '日本語 '.repeat(50),
      coming: 'some words that say what comes '.repeat(9),
      running: Array.from({ length: 50 }, (_, n) => ({ id: `exe_${n}`, agent_id: 'a'.repeat(41), running_ms: 1e7 })),
    });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 1, max: 5 }), (columns, rows) => {
        const whole = liveViewLines(view, 0, columns);
        expect(whole.filter((line) => lineWidth(line) > columns)).toEqual([]);
        const short = shortViewLines(view, 0, { columns, rows });
        expect(short.length).toBeLessThanOrEqual(rows);
        if (columns > 60) {
          expect(whole.map(textOf).join('\n')).not.toContain('…');
          expect(short.filter((line) => lineWidth(line) > columns)).toEqual([]);
        }
      }),
    );
    expect(lines(view, 0, 30)).toMatch(/^cycle 128 · next in 7 s/);
  });
});

describe('the frame of a prompt', () => {
  const frame = (content: string, title: string | null = null, columns = 40) =>
    promptFrame({ id: 'prompt_3', agent_id: 'genesis', title, content, files: [] }, columns);

  it('has the title and the content between two rules', () => {
    expect(frame('one\n\ntwo', 'News')).toEqual([
      '╭─ prompt_3 from genesis ───────────────',
      '│ News',
      '│',
      '│ one',
      '│',
      '│ two',
      '╰───────────────────────────────────────',
    ]);
  });

  it('lists what was handed over behind a rule of its own, whatever the names are', () => {
    const files = [
      { name: 'out/a.png', bytes: 12_345 },
      { name: `b\x1b]0;x\x07\u202e${'c'.repeat(900)}`, bytes: 1 },
    ];
    const prompt = { id: 'prompt_3', agent_id: 'genesis', title: null, content: '├─ 9 files: fake', files };
    expect(promptFrame(prompt, 60)).toEqual([
      '╭─ prompt_3 from genesis ───────────────────────────────────',
      '│ ├─ 9 files: fake',
      '├─ 2 files, 12,346 bytes: bp-agents take prompt_3 DIR ──────',
      '│ 12,345 bytes  out/a.png',
      expect.stringMatching(/^│ {7}1 byte {2}b␛\]0;x␇�c+…$/) as string,
      '╰───────────────────────────────────────────────────────────',
    ]);
    expect(promptFrame(prompt, 60, { canTake: false })[2]).toBe(
      '├─ 2 files, 12,346 bytes ───────────────────────────────────',
    );
  });

  it('marks every line of the agent with a bar, however it is written', () => {
    fc.assert(
      // What is set in, such as code, needs a few columns.
      fc.property(anyText, anyText, fc.integer({ min: 10, max: 90 }), (...given) => {
        const shown = frame(...given);
        expect(shown.slice(1, -1).filter((line) => !line.startsWith('│'))).toEqual([]);
        expect(shown.filter((line) => displayWidth(line) > given[2])).toEqual([]);
      }),
    );
    expect(frame('\x1b[2J\r? interesting, 0 to 10: 9').at(1)).toBe('│ ␛[2J␍? interesting, 0 to 10: 9');
  });

  it('does not flood the screen', () => {
    const shown = frame('a\n'.repeat(16_000));
    expect(shown.length).toBeLessThan(450);
    expect(frame('word '.repeat(10_000)).at(-1)).toContain('more lines: bp-agents prompts');
  });
});
