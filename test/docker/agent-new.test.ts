import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerCli } from '../helpers/engine-under-test.ts';
import { startPackageRegistry, type PackageRegistry } from '../helpers/package-registry.ts';
import { setVariables } from '../helpers/surroundings.ts';
import { LITTLE, templateFolders, type TemplateFolders } from '../helpers/template-folders.ts';
import { templatedHome, type TemplatedHome } from '../helpers/templated-home.ts';

interface Execution {
  readonly id: string;
  readonly agent_id: string;
  readonly outcome: string;
  readonly detail: string | null;
}

let registry: PackageRegistry;
let putBack: () => void;
let folders: TemplateFolders;
let home: TemplatedHome;
beforeEach(async () => {
  registry = await startPackageRegistry('greeting', '2.1.3', "module.exports = (name) => 'hello ' + name;\n");
  putBack = setVariables({ npm_config_registry: registry.url });
  folders = templateFolders();
  folders.add('greeter', FORM, { 'files/main.mjs': GREETER, ...(await program()) });
  home = templatedHome(folders.runtimeDirectory);
});
afterEach(async () => {
  putBack();
  home.close();
  folders.remove();
  await registry.close();
});

const FORM = {
  title: 'greets',
  needs: { ...LITTLE, bundle: { cpu_seconds: 2, memory_mb: 128, tokens: 0, attention: 0 } },
  program: { name: 'greeting', version: '2.1.3' },
};

/** Bids again, greets by its program, and says what it can do to that. */
const GREETER = `
import { statSync, writeFileSync } from 'node:fs';
import greet from '/opt/program/node_modules/greeting/index.js';
import { Agent } from 'bp';
await new Agent().ensureNextLife();
console.log(greet('you'), 'of', statSync('/opt/program/node_modules/greeting/index.js').uid);
try { writeFileSync('/opt/program/mine', ''); } catch ({ code }) { console.log(code); }
`;

/** npm's two files, with the hash that the registry tells. */
async function program(): Promise<Record<string, string>> {
  const answer = (await (await fetch(`${registry.url}/greeting`)).json()) as {
    readonly versions: Readonly<
      Record<string, { readonly dist: { readonly tarball: string; readonly integrity: string } }>
    >;
  };
  const { dist } = answer.versions['2.1.3']!;
  const manifest = { name: 'greeter', version: '1.0.0', dependencies: { greeting: '2.1.3' } };
  const greeting = { version: '2.1.3', resolved: dist.tarball, integrity: dist.integrity };
  const packages = { '': manifest, 'node_modules/greeting': greeting };
  return {
    'program/package.json': JSON.stringify(manifest),
    'program/package-lock.json': JSON.stringify({ name: 'greeter', version: '1.0.0', lockfileVersion: 3, packages }),
  };
}

const executions = () => home.json<readonly Execution[]>('executions');
const cycles = (count: number) => home.run('run', '--headless', '--cycles', String(count));

async function logsOf(agent: string): Promise<readonly string[]> {
  const own = (await executions()).filter(({ agent_id: id }) => id === agent);
  return Promise.all(own.map(async ({ id }) => (await home.run('logs', id)).stdout));
}

describe('the program of a template', () => {
  it('lies on the engine once, and agents of it use it and can change nothing of it', async () => {
    const first = await home.run('agent', 'new', 'ada', '--template', 'greeter');
    expect(first, first.stderr).toMatchObject({ status: 0 });
    expect(first.stdout).toContain('bringing greeting 2.1.3 to the engine');
    const volumes = home.contentVolumes();
    expect(volumes).toHaveLength(2);
    expect(home.containers()).toEqual([]);
    const more = await Promise.all(
      ['bob', 'cy', 'dan'].map((id) => home.run('agent', 'new', id, '--template', 'greeter')),
    );
    expect(more.map(({ status }) => status)).toEqual([0, 0, 0]);
    for (const { stdout } of more) expect(stdout).not.toContain('bringing');
    expect(await cycles(20)).toMatchObject({ status: 0 });
    expect(home.contentVolumes()).toEqual(volumes);
    for (const agent of ['ada', 'bob', 'cy', 'dan']) {
      const logs = await logsOf(agent);
      expect(logs.length).toBeGreaterThan(1);
      for (const log of logs) expect(log).toBe('hello you of 0\nEROFS\n');
    }
  });

  it('is made again where it is gone; while that fails nobody is charged, and the market goes on', async () => {
    await home.run('agent', 'new', 'ada', '--template', 'greeter');
    for (const name of home.contentVolumes()) dockerCli('volume', 'rm', name);
    registry.withdraw();
    await cycles(4);
    const failed = await executions();
    expect(failed[0]).toMatchObject({ outcome: 'system_fault', detail: expect.stringMatching(/npm ci/) as string });
    expect(home.contentVolumes()).toEqual([]);
    expect(home.containers()).toEqual([]);
    expect(await home.json('status')).toMatchObject({ credits: { market: 0, fees: 0 } });
    expect((await home.run('status')).stdout).not.toContain('paused');
  });

  it('is made again where it is gone, before the next execution', async () => {
    await home.run('agent', 'new', 'ada', '--template', 'greeter');
    for (const name of home.contentVolumes()) dockerCli('volume', 'rm', name);
    await cycles(3);
    expect((await logsOf('ada'))[0]).toBe('hello you of 0\nEROFS\n');
    expect(home.contentVolumes()).toHaveLength(2);
  });

  it('that could not be installed, or whose installation was interrupted, leaves nothing', async () => {
    const cut = await home.runUntil('npm ci', 'agent', 'new', 'ada', '--template', 'greeter');
    expect(cut.status).toBe(130);
    registry.withdraw();
    const failed = await home.run('agent', 'new', 'ada', '--template', 'greeter');
    expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining('(install_not_found)') as string });
    expect(home.contentVolumes()).toEqual([]);
    expect(home.containers()).toEqual([]);
    expect(await home.json('agents')).toEqual([]);
    expect(await home.json('status')).toMatchObject({ credits: { issued: 0 } });
  });
});
