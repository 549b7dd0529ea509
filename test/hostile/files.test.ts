import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileHome, type HostileHome } from '../helpers/hostile-home.ts';

// agents/files.py hands files over to the human with a prompt; the operator takes out what came.

type Answer = readonly [answer: string, inTime: boolean];

let home: HostileHome;
let found: Readonly<Record<string, readonly Answer[]>>;

beforeAll(async () => {
  home = hostileHome('sandbox.file_bytes_max=1000000000', 'sandbox.pids_max=64');
  await home.bringHostile('files', 1);
  expect(await home.run('run', '--headless', '--cycles', '3')).toMatchObject({ status: 0 });
  found = (await home.found('files')) as typeof found;
});
afterAll(() => home.close());

/** Each of the attempts was refused like that, and soon. */
function expectRefused(name: string, pattern: RegExp): void {
  const answers = found[name]!;
  expect(answers.length).toBeGreaterThan(0);
  expect(answers.filter(([answer, inTime]) => !pattern.test(answer) || !inTime)).toEqual([]);
}

describe('files', () => {
  it('names: none leads out, or is more than a name to a terminal, a shell or a disk', () => {
    expectRefused('names', /^422 (invalid_path|too_many_files)$/);
  });

  it("links: none, wherever it stands on the way, brings a file of others' along", () => {
    expectRefused('links', /^422 file_refused$/);
  });

  it('pipes: what could make a reader wait is refused at once', () => {
    expectRefused('waiting', /^422 file_refused$/);
  });

  it('sizes: what pretends to be huge is refused unread', () => {
    expectRefused('sizes', /^422 files_too_large$/);
  });

  it('swapped files: what is put in the place of a file while it is read is not handed over', async () => {
    expect(found['swapped_files']!.filter(([answer]) => !/^(open|422 file_refused)$/.test(answer))).toEqual([]);
    const [prompt] = await home.json<readonly { readonly files: readonly object[] }[]>('prompts');
    expect(prompt).toMatchObject({ files: [{ name: 'swapped', bytes: 100_000 }, { bytes: 256 }] });
  });

  it('taken files: they are what was handed over, for reading only, and stand where they are taken to', async () => {
    const taken = join(home.directory, 'taken');
    expect(await home.within('take', 'prompt_1', taken)).toMatchObject({ status: 0 });
    expect(readFileSync(join(taken, 'swapped'), 'utf8')).toBe('mine '.repeat(20_000));
    expect([...readFileSync(join(taken, 'out', 'größe 猫.png'))]).toEqual(Array.from({ length: 256 }, (_, n) => n));
    expect(lstatSync(join(taken, 'out', 'größe 猫.png')).mode & 0o7777 & ~0o644).toBe(0);
    expect(readdirSync(taken, { recursive: true }).sort()).toEqual(['out', join('out', 'größe 猫.png'), 'swapped']);
    const inside = join(home.directory, 'workspaces', 'agent-files', 'taken');
    expect(await home.within('take', 'prompt_1', inside)).toMatchObject({ status: 2 });
    expect(existsSync(inside)).toBe(false);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });
});
