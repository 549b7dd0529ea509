import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programHome, type ProgramHome } from '../helpers/program.ts';

// The short starting points, with an operator who has much to say.

interface Prompt {
  readonly id: string;
  readonly request_id: string | null;
  readonly content: string;
}

let place: ProgramHome;
beforeEach(() => {
  const settings = ['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', 'market.supply.memory_mb=4000'];
  place = programHome(settings);
});
afterEach(() => place.close());

async function done(...args: readonly string[]): Promise<string> {
  const ended = await place.within(...args);
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
  return ended.stdout;
}

/** Lives once, and is marked for what it showed. */
async function live(reason: string): Promise<Prompt> {
  await done('run', '--headless', '--cycles', '1');
  const [prompt, ...more] = await place.json<readonly Prompt[]>('prompts', '--open');
  const [execution] = await place.json<readonly { id: string; outcome: string }[]>('executions', '--limit', '1');
  expect(execution, await done('logs', execution!.id)).toMatchObject({ outcome: 'completed' });
  expect(more).toEqual([]);
  await done('score', prompt!.id, '7', '7', '7', '--reason', reason);
  return prompt!;
}

describe.each(['node', 'python', 'shell'])('an agent of %s', (name) => {
  beforeEach(() => done('agent', 'new', 'ada', '--template', name));

  it('goes on asking, at whatever length its operator tells it things and gives reasons', async () => {
    for (let count = 0; count < 7; count += 1) await done('tell', 'ada', `remark ${count} ${'🦊é"\\'.repeat(1000)}`);
    for (let count = 0; count < 3; count += 1) await live('🦊'.repeat(400));
    expect((await live('fine')).content).toContain('remark 3');
  });

  it('works on each wish once, with large files and a long text, also after easy lives', async () => {
    for (let count = 0; count < 4; count += 1) await live('fine');
    const words = Array.from({ length: 200_000 }, (_, word) => String.fromCodePoint(0x1f600, 0x10000 + word));
    const files = ['a', 'b', 'c'].map((file) => join(place.directory, `${file}.txt`));
    for (const file of files) writeFileSync(file, words.join(' '));
    await done('ask', 'count', ...files.flatMap((file) => ['--file', file]));
    await done('ask', '\u{1f600}'.repeat(2000));
    const answered = [await live('good'), await live('good'), await live('good')].map((prompt) => prompt.request_id);
    expect(answered.sort()).toEqual([null, 'request_1', 'request_2']);
  });
});
