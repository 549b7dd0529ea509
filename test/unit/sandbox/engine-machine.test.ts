import { cpus, totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { engineInfoOf } from '../../../src/sandbox/docker/client/engine-facts.ts';
import { engineMachine } from '../../../src/sandbox/docker/client/engine-machine.ts';

const here = { ServerVersion: '26.1.5', NCPU: cpus().length, MemTotal: totalmem() };
const found = (info: Readonly<Record<string, unknown>>) => engineMachine(engineInfoOf({ ...here, ...info })!);

describe("the engine's machine", () => {
  it('is this one where it has just what this one has', () => {
    expect(found({})).toBeUndefined();
  });

  it('is another one where it has less or more', () => {
    expect(found({ NCPU: 3, MemTotal: 2_098_200_576 })).toEqual({ cores: 3, memoryMb: 2001 });
    expect(found({ NCPU: cpus().length + 1 })).toMatchObject({ cores: cpus().length + 1 });
  });

  it('is taken for this one where the engine says nothing of its memory', () => {
    expect(found({ NCPU: 3, MemTotal: undefined })).toBeUndefined();
  });
});
