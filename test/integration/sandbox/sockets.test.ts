import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeSocketDirectory,
  removeSocketDirectory,
  removeSocketRoot,
  socketRoot,
  type SocketPlace,
} from '../../../src/sandbox/docker/sockets.ts';

// The place of an operator that isn't root, so that a directory of the test's own can be it.
let userRuntimeDirectory: string;
let place: SocketPlace;

beforeEach(() => {
  userRuntimeDirectory = mkdtempSync(join(tmpdir(), 'bp-sock-'));
  place = { uid: 4711, userRuntimeDirectory, homeLabel: '0123456789abcdef' };
});
afterEach(() => {
  rmSync(userRuntimeDirectory, { recursive: true });
});

/** The real user, whom the directories belong to. */
const asOneself = () => ({ ...place, uid: process.getuid!() || 4711 });
const mode = (path: string) => lstatSync(path).mode & 0o777;

describe('the place of the sockets', () => {
  it('is short, outside the home, and names the home', () => {
    expect(socketRoot({ ...place, uid: 0 }).root).toBe('/run/bp-agents/0123456789abcdef');
    expect(socketRoot(place).root).toBe(join(userRuntimeDirectory, 'bp-agents', '0123456789abcdef'));
    expect(socketRoot({ ...place, userRuntimeDirectory: undefined }).root).toBe('/tmp/bp-agents-4711/0123456789abcdef');
  });

  it('is refused where its name would be cut by the kernel', async () => {
    const made = makeSocketDirectory({ ...place, userRuntimeDirectory: `/tmp/${'x'.repeat(60)}` }, 'exe_1');
    await expect(made).rejects.toMatchObject({
      code: 'sandbox_sockets',
      message: expect.stringContaining('107') as string,
    });
  });

  it.each(['../x', 'a/b', '', 'EXE'])('is not made for %j', async (executionId) => {
    await expect(makeSocketDirectory(place, executionId)).rejects.toThrow('not an execution id');
  });

  it('is refused where someone else’s directory or a link stands there', async () => {
    const parent = join(userRuntimeDirectory, 'bp-agents');
    mkdirSync(parent, { mode: 0o700 });
    const stranger = { ...place, uid: process.getuid!() + 1 };
    await expect(makeSocketDirectory(stranger, 'exe_1')).rejects.toMatchObject({ code: 'sandbox_sockets' });
    rmSync(parent, { recursive: true });
    symlinkSync(userRuntimeDirectory, parent);
    if (process.getuid!() === 0) lchownSync(parent, 4711, 4711);
    await expect(makeSocketDirectory(asOneself(), 'exe_1')).rejects.toMatchObject({ code: 'sandbox_sockets' });
    expect(readdirSync(userRuntimeDirectory)).toEqual(['bp-agents']);
  });
});

describe('the directory of a socket', () => {
  // As root the place is /run/bp-agents: a home of its own keeps it apart.
  const own = (): SocketPlace => ({ uid: process.getuid!(), userRuntimeDirectory, homeLabel: 'test-of-sockets' });

  it('can be passed through by the agent’s user, and its parents by nobody else', async () => {
    const directory = await makeSocketDirectory(own(), 'exe_1');
    const { parent, root } = socketRoot(own());
    expect([mode(directory), mode(root), mode(parent)]).toEqual([0o711, 0o700, 0o700]);
    chmodSync(root, 0o777);
    expect(await makeSocketDirectory(own(), 'exe_1')).toBe(directory);
    expect(mode(root)).toBe(0o700);
    await removeSocketDirectory(own(), 'exe_1');
    await removeSocketDirectory(own(), 'exe_1');
    expect(readdirSync(root)).toEqual([]);
    await removeSocketRoot(own());
    await removeSocketRoot(own());
    expect(existsSync(root)).toBe(false);
  });
});
