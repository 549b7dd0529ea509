import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Porter } from '../../../src/sandbox/content/shipped/porter.ts';
import { RunningFiles } from '../../../src/sandbox/lifecycle/running-files.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { ANSWER, scriptedStream } from '../../helpers/scripted-porter.ts';

const { head, piece, end } = { head: ANSWER.snapshot, piece: ANSWER.piece, end: ANSWER.snapshotEnd };

function take(...answers: readonly Uint8Array[]) {
  const { stream, asked } = scriptedStream(...answers);
  return { taken: new Porter(stream).take(['a', 'b/c'], 10), asked };
}

describe('a snapshot that a porter tells', () => {
  it('is asked for with all its paths at once, and heard in their order', async () => {
    const { taken, asked } = take(head(), piece(0, 'on'), piece(2, 'e'), end(), end());
    expect(await taken).toEqual({ contents: [Buffer.from('one'), Buffer.alloc(0)] });
    expect(asked()).toEqual(Buffer.from('T\0\x02\0\0\0\0\0\0\0\x0a\0\x01a\0\x03b/c', 'latin1'));
  });

  it.each([
    [2, 'missing'],
    [40, 'link'],
    [20, 'link'],
    [22, 'no_file'],
    [27, 'too_large'],
    [116, 'changed'],
    [13, 'unreadable'],
    [5, 'unreadable'],
  ])('that is refused by errno %i tells of which file: %s', async (errno, fault) => {
    expect(await take(head(errno, 1)).taken).toEqual({ fault, index: 1 });
    expect(await take(head(), end(), piece(0, 'x'), end(errno)).taken).toEqual({ fault, index: 1 });
  });

  it.each([
    ['another answer', [Buffer.from('K')]],
    ['a file that was not asked for', [head(2, 2)]],
    ['more than there may be of one', [head(), piece(0, 'x'.repeat(11))]],
    ['more than there may be of all', [head(), piece(0, 'x'.repeat(6)), end(), piece(0, 'x'.repeat(5))]],
    ['a gap', [head(), piece(1, 'x')]],
    ['the same place twice', [head(), piece(0, 'x'), piece(0, 'x')]],
    ['an empty piece', [head(), piece(0, '')]],
    ['no end', [head(), piece(0, 'x')]],
    ['one file less', [head(), end()]],
  ])('is broken off where it brings %s', async (_, answers) => {
    await expect(take(...answers).taken).rejects.toMatchObject({ code: 'sandbox_content' });
  });
});

describe('the way to the files of a running agent', () => {
  const never = new AbortController().signal;

  function counted() {
    const streams: Duplex[] = [];
    let most = 0;
    const files = new RunningFiles(fakeClock(), () => {
      const { stream } = scriptedStream(head(), piece(0, 'x'), end());
      streams.push(stream);
      most = Math.max(most, streams.filter(({ destroyed }) => !destroyed).length);
      return Promise.resolve(stream);
    });
    return { files, most: () => most };
  }

  it('is for one at a time, whoever asks, and who gives up keeps nobody waiting', async () => {
    const { files, most } = counted();
    const held = await files.reach(never);
    const left = new AbortController();
    const leaving = files.reach(left.signal);
    const taken = [files.take(['a'], 10, never), files.take(['a'], 10, never)];
    left.abort(new Error('enough'));
    await expect(leaving).rejects.toThrow('enough');
    await held.close();
    expect(await Promise.all(taken)).toEqual(Array(2).fill({ contents: [Buffer.from('x')] }));
    expect(most()).toBe(1);
  });

  it('is given up after a while, and when the execution has ended', async () => {
    const clock = fakeClock();
    const files = new RunningFiles(clock, () => new Promise(() => undefined));
    const late = files.take(['a'], 10, never);
    const over = new AbortController();
    const ended = files.take(['a'], 10, over.signal);
    over.abort();
    await expect(ended).rejects.toMatchObject({ code: 'sandbox_content', message: /ended/ });
    await expect(files.take(['a'], 10, over.signal)).rejects.toMatchObject({ code: 'sandbox_content' });
    clock.advance(10_000);
    await expect(late).rejects.toMatchObject({ code: 'sandbox_content', message: /within 10 s/ });
  });
});
