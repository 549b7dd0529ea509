import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compiled } from '../helpers/compiled.ts';
import { Pty } from '../helpers/pty.ts';

const FIXTURE = await compiled(new URL('fixtures/live-terminal.ts', import.meta.url));

let directory: string;
let pty: Pty;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-terminal-'));
  pty = new Pty([process.execPath, FIXTURE, directory]);
});
afterEach(async () => {
  await pty.close();
  rmSync(directory, { recursive: true, force: true });
});

const tell = (name: string, text = 'now') => writeFileSync(join(directory, name), text);
const happened = () => readFileSync(join(directory, 'happened'), 'utf8').trim().split('\n');
/** What is on the screen is told in the file a moment later. */
const SOON = { timeout: 30_000, interval: 20 };
const last = (line: string) => vi.waitFor(() => expect(happened().at(-1)).toBe(line), SOON);

async function cycleShown(): Promise<number> {
  return Number((await pty.until(/cycle (\d+) /))[1]);
}

describe('at a real terminal', () => {
  it('the live view goes on in place, and any key is noticed without Enter', async () => {
    const first = await cycleShown();
    await pty.until(new RegExp(`cycle ${first + 3} `));
    pty.type('x');
    await pty.until(/after 1 keys/);
    expect(pty.lines[0]).toMatch(/^cycle/);
    expect(pty.emulator.isOnOtherScreen).toBe(true);
    expect(happened()).toEqual(['interactive']);
  });

  it('a question is asked and answered while the cycle counter goes on', async () => {
    await cycleShown();
    tell('ask', 'Say \x1b]0;owned\x07\x1b[2J\r? interesting: 10\u202E\n日本語');
    await pty.until(/\? Your marks/);
    expect(pty.lines).toContain('│ Say ␛]0;owned␇␛[2J␍? interesting: 10�');
    expect(pty.emulator.bells).toBe(1);
    const asked = await cycleShown();
    await pty.until(new RegExp(`cycle ${asked + 5} `));
    expect(pty.lines.filter((line) => line.startsWith('cycle'))).toHaveLength(1);
    pty.type('7\r');
    await pty.until(/ {2}interesting: 7 {2}useful/);
    pty.type('8\r9\rwell said\r');
    const scores = { interesting: 7, useful: 8, understandable: 9 };
    await last(`prompt_1 ${JSON.stringify({ kind: 'scored', scores, reason: 'well said' })}`);
  });

  it('a question closes by itself, and the next one can be answered', async () => {
    await cycleShown();
    tell('ask', 'first');
    await pty.until(/\? Your marks/);
    pty.type('7\r');
    await pty.until(/ {2}useful/);
    tell('withdraw');
    await last('prompt_1 {"kind":"closed"}');
    tell('ask', 'second');
    await pty.until(/prompt_2 from genesis[^?]*\? Your marks for prompt_2/);
    await sleep(1100);
    pty.type('s\r');
    await last('prompt_2 {"kind":"skipped"}');
  });

  it('a change of size in the middle of a question leaves one question', async () => {
    await cycleShown();
    tell('ask', 'What now? '.repeat(20));
    await pty.until(/\? Your marks/);
    pty.type('7\r8');
    await pty.until(/useful: 8/);
    for (const [columns, rows] of [
      [50, 30],
      [120, 18],
      [70, 24],
    ] as const) {
      pty.resize(columns, rows);
      await sleep(300);
      await pty.until(/cycle[^]* {2}interesting: 7 {2}useful: 8/);
      const count = (text: string) => pty.lines.join('\n').split(text).length - 1;
      await expect.poll(() => [count('? Your marks'), count('cycle ')], { timeout: 60_000 }).toEqual([1, 1]);
    }
  });

  it('Ctrl-C reaches the program while a question is open, and the terminal is given back', async () => {
    await cycleShown();
    tell('ask', 'anything');
    await pty.until(/\? Your marks/);
    pty.type('\x03');
    await expect.poll(happened, { timeout: 60_000 }).toContain('interrupt 1');
    pty.type('\x03');
    expect(await pty.ended).toBe(0);
    await vi.waitFor(() => expect(happened()).toContain('interrupt 2'), SOON);
    expect(pty.emulator.cursor.column).toBe(0);
    expect(pty.emulator.isOnOtherScreen).toBe(false);
    expect(pty.emulator.hasCursor).toBe(true);
  });

  it('a stop and its end leave the terminal as it was: keys are taken without Enter and not echoed', async () => {
    await cycleShown();
    tell('ask', 'anything');
    await pty.until(/\? Your marks/);
    pty.stopAndGoOn();
    const asked = await cycleShown();
    await pty.until(new RegExp(`cycle ${asked + 5} `));
    pty.type('7');
    await pty.until(/ {2}interesting: 7\n/);
    pty.type('\x1b[D');
    pty.type('\r');
    await pty.until(/ {2}interesting: 7 {2}useful:/);
    expect(pty.lines.join('\n')).not.toContain('^[');
    expect(pty.lines.filter((line) => line.startsWith('? Your'))).toHaveLength(1);
  });

  it('nothing keeps the program alive once it has closed', async () => {
    await cycleShown();
    tell('close');
    expect(await pty.ended).toBe(0);
    await last('ended by itself');
  });
});
