import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { removeSupervised, runSupervised } from '../helpers/supervised.ts';

afterEach(removeSupervised);

describe('the entry point', () => {
  const print = (name: string) => `print("${name}")`;
  const log = (name: string) => `console.log("${name}")`;
  const echo = (name: string) => `#!/bin/sh\necho ${name}\n`;
  const everything = {
    'main.py': print('main.py'),
    'main.js': log('main.js'),
    'main.mjs': log('main.mjs'),
    'main!': echo('main'),
  };

  it.each([
    ['main.py', everything],
    ['main.js', { ...everything, 'main.py': undefined }],
    ['main.mjs', { 'main.mjs': `import 'node:fs';\n${log('main.mjs')}`, 'main!': everything['main!'] }],
    ['main', { 'main!': everything['main!'] }],
  ])('is the first of those there are: %s', async (name, candidates) => {
    const files = Object.fromEntries(Object.entries(candidates).flatMap(([key, text]) => (text ? [[key, text]] : [])));
    const { output, supervised } = await runSupervised({ files });
    expect(output).toBe(`${name}\n`);
    expect(await supervised.line('started')).toEqual({ event: 'started', entry: name });
  });

  it("runs with the workspace's own Python where there is one", async () => {
    const { output } = await runSupervised({
      files: { 'main.py': '', '.venv/bin/python!': '#!/bin/sh\necho "own $1"\n' },
    });
    expect(output).toBe('own /workspace/main.py\n');
  });

  it('is never a directory, a FIFO or a link to something else than a file', async () => {
    const { output } = await runSupervised({
      files: { 'main!': echo('main') },
      arrange(workspace) {
        mkdirSync(join(workspace, 'main.py'));
        execFileSync('mkfifo', [join(workspace, 'main.js')]);
        symlinkSync('/dev/zero', join(workspace, 'main.mjs'));
      },
    });
    expect(output).toBe('main\n');
  });

  it('may have been written on Windows where Python or Node runs it', async () => {
    const files = { 'main.js': '#!/usr/bin/env node\r\nconsole.log("main.js");\r\n' };
    expect((await runSupervised({ files })).output).toBe('main.js\n');
    const python = { 'main.py': '\ufeff#!/usr/bin/env python3\r\nprint("main.py")\r\n' };
    expect((await runSupervised({ files: python })).output).toBe('main.py\n');
  });

  const NONE = 'the workspace has no main.py, main.js, main.mjs or executable main';

  it.each<[string, Record<string, string>, string]>([
    ['nothing', {}, NONE],
    ['a main without its x bit', { main: '#!/bin/sh\n' }, `${NONE}: main is not executable`],
    ['a main that is a directory', { 'main/x': '' }, `${NONE}: main is a directory`],
    ['a main without #!', { 'main!': 'data' }, 'main is no program and has no #! line'],
    ['an empty main', { 'main!': '' }, 'main is empty'],
    ['a #! line without a name', { 'main!': '#! \n' }, 'main: the #! line names no interpreter'],
    [
      'an interpreter that is not there',
      { 'main!': '#!/no/such -x\n' },
      'main: the interpreter /no/such: No such file or directory',
    ],
    [
      'an interpreter that fakes a line',
      { 'main!': '#!/no\u001b[2J\n' },
      'main: the interpreter /no?[2J: No such file or directory',
    ],
    [
      'an interpreter without its x bit',
      { 'main!': '#!/etc/passwd\n' },
      'main: the interpreter /etc/passwd is not executable',
    ],
    ['an interpreter that is a directory', { 'main!': '#!/etc\n' }, 'main: the interpreter /etc is not a file'],
    ['a carriage return', { 'main!': '#!/bin/sh\r\necho\r\n' }, 'main: the #! line ends in a carriage return (CR)'],
    [
      'a carriage return that env would take for a part of the name',
      { 'main!': '#!/usr/bin/env python3\r\nprint()\r\n' },
      'main: the #! line ends in a carriage return (CR)',
    ],
    ['a byte order mark', { 'main!': '\ufeff#!/bin/sh\n' }, 'main: a byte order mark (BOM) stands before its #! line'],
    [
      'a Python of the workspace with a carriage return',
      { 'main.py': '', '.venv/bin/python!': '#!/usr/bin/python3\r\n' },
      '.venv/bin/python: the #! line ends in a carriage return (CR)',
    ],
  ])('is missed by name: %s', async (_, files, detail) => {
    const { ended, supervised } = await runSupervised({ files });
    expect(ended).toMatchObject({ cause: 'not_runnable', exit_code: null, signal: null, detail });
    expect(supervised.lines.map(({ event }) => event)).toEqual(['ready', 'ended']);
  });

  it.each([
    ['of another kind of machine', 0xbeef, 'main is not a program for this kind of machine: Exec format error'],
    ['whose loader is not here', undefined, 'main: the loader that this program needs is not here'],
  ])('is missed by name: a program %s', async (_, machine, detail) => {
    const arrange = (workspace: string) => {
      writeFileSync(join(workspace, 'main'), program(machine), { mode: 0o755 });
    };
    expect((await runSupervised({ arrange })).ended).toMatchObject({ cause: 'not_runnable', detail });
  });

  it('is missed by name: a main that leads nowhere, or to a FIFO', async () => {
    const nowhere = await runSupervised({ arrange: (workspace) => symlinkSync('/no/such', join(workspace, 'main')) });
    expect(nowhere.ended['detail']).toBe(`${NONE}: main is a link that leads nowhere: No such file or directory`);
    const fifo = (workspace: string) => void execFileSync('mkfifo', ['-m', '755', join(workspace, 'main')]);
    expect((await runSupervised({ arrange: fifo })).ended['detail']).toBe(`${NONE}: main is not a file`);
  });
});

/** The head of a 64-bit ELF program for that machine, this one unless it is named, with a loader that no machine has. */
function program(machine = readFileSync(process.execPath).readUInt16LE(18)): Buffer {
  const bytes = Buffer.alloc(64 + 56 + 16);
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(64n, 32);
  for (const [value, place] of [
    [64, 52],
    [56, 54],
    [1, 56],
  ] as const)
    bytes.writeUInt16LE(value, place);
  // Its only part: the loader's name, which stands behind it.
  bytes.writeUInt32LE(3, 64);
  bytes.writeBigUInt64LE(120n, 64 + 8);
  bytes.writeBigUInt64LE(9n, 64 + 32);
  bytes.write('/no/such\0', 120);
  return bytes;
}
