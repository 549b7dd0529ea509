import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const SETUP = join(import.meta.dirname, '..', '..', 'runtime', 'setup');
const children: Child[] = [];
const folder = mkdtempSync(join(tmpdir(), 'bp-agents-set-up-'));

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(() => {
  for (const child of children.splice(0)) child.process.kill('SIGKILL');
});

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  text: string;
}

/** Runs lines of JavaScript in a process of their own, after importing a file of the set-up as `it`. */
function run(file: string, lines: string): Child {
  const source = `import * as it from ${JSON.stringify(join(SETUP, file))};\n${lines}`;
  const child: Child = { process: spawn(process.execPath, ['--input-type=module', '--eval', source]), text: '' };
  for (const stream of [child.process.stdout, child.process.stderr])
    stream.on('data', (chunk) => {
      child.text += String(chunk);
      child.process.emit('printed');
    });
  children.push(child);
  return child;
}

/** Resolves when the child has printed the text. */
async function printed(child: Child, text: string): Promise<void> {
  while (!child.text.includes(text)) await once(child.process, 'printed');
}

/** All that the child prints until its end. */
async function output(child: Child): Promise<string> {
  await once(child.process, 'close');
  return child.text;
}

/** `npm start` on a Node that says it is another version. */
function startUnder(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`;
  const enter = join(SETUP, 'enter.cjs');
  return spawnSync(process.execPath, ['--import', preload, enter, 'no-such-command'], { encoding: 'utf8' });
}

describe('the set-up', () => {
  it('ends at once with one line on an older Node', () => {
    for (const version of ['0.10.48', '18.20.8', '20.18.3', '21.7.3', '22.12.0', '23.11.1']) {
      const { status, stdout, stderr } = startUnder(version);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toBe(`bp-agents needs Node 20.19, 22.13, 24 or newer; this is Node ${version}.\n`);
    }
  });

  it('goes on where Node is new enough', () => {
    for (const version of ['20.19.0', '22.13.0', '24.0.0', '25.1.0'])
      expect(startUnder(version).stderr).toMatch(/^expected one of/);
  });

  it('installs nothing where BP_INSTALL forbids it, and says what to install', async () => {
    const child = run(
      'packages.mjs',
      `process.env.BP_INSTALL = 'never';
       await it.installPackage('no-such-package', 'a test asks', () => {}).catch((error) => console.log(error.message));`,
    );
    expect(await output(child)).toMatch(/^no-such-package is needed.*: install it .*\n$/);
  });
});

describe('the projects that are tested', () => {
  const names = ['unit', 'integration', 'docker'];
  const chosen = async (...args: readonly string[]) => {
    const script = `const { isWanted, others } = it.projectsOf(${JSON.stringify(args)});
      console.log(${JSON.stringify(names)}.filter(isWanted).join(' '), others.join(' '));`;
    return output(run('projects.mjs', script));
  };

  it('are those that --project names, as vitest takes it, and all else is passed on', async () => {
    expect(await chosen('a.test.ts', '--bail=1')).toBe('unit integration docker a.test.ts --bail=1\n');
    expect(await chosen('--project', 'docker', 'a.test.ts', '--project=un*')).toBe('unit docker a.test.ts\n');
    expect(await chosen('--project=!docker')).toBe('unit integration \n');
  });

  it('are all there are', async () => {
    const all = 'Object.values(it).filter(Array.isArray).flat()';
    const lists = await output(run('projects.mjs', `console.log(${all}.join());`));
    const config = readFileSync(join(SETUP, '..', '..', 'vitest.config.ts'), 'utf8');
    const named = [...config.matchAll(/name: '([a-z]+)'/g)].map((match) => match[1]);
    expect(lists.trim().split(',').sort()).toEqual(named.sort());
  });
});

describe('a set-up that runs beside another', () => {
  const HOLD = `await it.alone('a test of ${process.pid}', () => {}, async () => {
    console.log('held');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });`;
  const TAKE = `await it.alone('a test of ${process.pid}', () => console.log('waits'), async () => console.log('taken'));`;

  it('waits, and goes on when the other one was killed', async () => {
    const first = run('lock.mjs', HOLD);
    await printed(first, 'held');
    const second = run('lock.mjs', TAKE);
    await printed(second, 'waits');
    first.process.kill('SIGKILL');
    expect(await output(second)).toBe('waits\ntaken\n');
  });
});

describe('a program in the foreground', () => {
  it('gets a signal once and passes its exit code on', async () => {
    const program = `
      let count = 0;
      process.on('SIGTERM', () => { count += 1; setTimeout(() => process.exit(40 + count), 300); });
      setInterval(() => {}, 1000);
      console.log('ready');`;
    const child = run(
      'child.mjs',
      `process.exitCode = await it.foreground(process.execPath, ['--eval', ${JSON.stringify(program)}]);`,
    );
    await printed(child, 'ready');
    child.process.kill('SIGTERM');
    const [code] = (await once(child.process, 'exit')) as [number];
    expect(code).toBe(41);
  });

  it('that ends by a signal ends the set-up by it', async () => {
    const child = run(
      'child.mjs',
      `await it.foreground(process.execPath, ['--eval', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)']);`,
    );
    const [code, signal] = (await once(child.process, 'exit')) as [number | null, string];
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
  });
});

describe('a program beside the one in the foreground', () => {
  const printedBy = async (lines: string) => {
    const program = `console.log('its words'); process.exitCode = 3;`;
    const begin = `const run = it.heldBack(process.execPath, ['--eval', ${JSON.stringify(program)}]);`;
    return output(run('child.mjs', begin + lines));
  };

  it('is not seen until it is to be', async () => {
    expect(await printedBy(`console.log(await run.ended); run.show();`)).toBe('3\nits words\n');
  });

  it('is seen as it goes on from then on', async () => {
    expect(await printedBy(`run.show(); console.log(await run.ended);`)).toBe('its words\n3\n');
  });
});

describe('the report of the tests', () => {
  const path = join(folder, 'report.json');
  const read = async (testResults: readonly object[]) => {
    writeFileSync(path, JSON.stringify({ testResults }));
    const script = `const { reasons, ...report } = it.readReport(${JSON.stringify(path)}, '/root');
      console.log(JSON.stringify({ ...report, reasons: [...reasons] }));`;
    return JSON.parse(await output(run('report.mjs', script))) as unknown;
  };

  it('names each test that failed with its first words, and says why others were skipped', async () => {
    const assertionResults = [
      { status: 'passed', fullName: 'a', failureMessages: [] },
      { status: 'failed', fullName: 'b holds', failureMessages: ['Error: it does not\n    at b.test.ts'] },
      { status: 'skipped', fullName: 'c', failureMessages: [], meta: { reason: 'needs root' } },
    ];
    expect(await read([{ name: '/root/b.test.ts', status: 'failed', message: '', assertionResults }])).toEqual({
      ...{ passed: 1, failed: 1, skipped: 1 },
      failures: ['b.test.ts: b holds: Error: it does not'],
      reasons: ['needs root'],
    });
  });

  it('counts a file that could not be loaded as one failure', async () => {
    const file = { name: '/root/b.test.ts', status: 'failed', message: '\nno such module\n', assertionResults: [] };
    expect(await read([file])).toMatchObject({ passed: 0, failed: 1, failures: ['b.test.ts: no such module'] });
  });
});
