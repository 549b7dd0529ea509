import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BpError } from '../../../src/platform/errors.ts';
import type { ProgramRequest } from '../../../src/sandbox/engine.ts';
import { STORE } from '../../../src/economy/internal/store-key.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { instantEngine, liveOn } from '../../helpers/instant-engine.ts';
import { LITTLE, programFiles, templateFolders, type TemplateFolders } from '../../helpers/template-folders.ts';

type Row = Readonly<Record<string, unknown>>;

let folders: TemplateFolders;
/** A busy machine takes its time. */
const SOON = { timeout: 60_000 };
let home: CliHome;
/** What is asked of the engine. */
let bring: (request: ProgramRequest) => Promise<void>;
let brought: string[];

beforeEach(() => {
  folders = templateFolders();
  folders.add('plain', { title: 'files alone', needs: LITTLE }, { 'files/main.py': 'print(1)' });
  folders.add(
    'tool',
    { title: 'with a program', needs: LITTLE, program: { name: 'tool', version: '1.0.0' } },
    { 'files/main.py': 'print(2)', ...programFiles('1.0.0') },
  );
  folders.add('large', { title: 'never sold', needs: { ...LITTLE, bundle: { ...LITTLE.bundle, tokens: 5 } } });
  brought = [];
  bring = ({ program }) => Promise.resolve(void brought.push(program.key));
  const engine = { ...instantEngine(liveOn), bringProgram: (_: unknown, request: ProgramRequest) => bring(request) };
  home = cliHome({ engine, runtimeDirectory: folders.runtimeDirectory });
});
afterEach(() => {
  home.remove();
  folders.remove();
});

const make = (name: string, ...options: readonly string[]) => home.run('agent', 'new', name, ...options);
const agents = () => home.json<readonly Row[]>('agents');

function filesOf(id: string): Readonly<Record<string, string>> {
  const economy = home.open();
  const { files = [] } = economy[STORE].agentFiles.waiting(id) ?? {};
  economy.close();
  return Object.fromEntries(files.map(({ path, content }) => [path, Buffer.from(content ?? []).toString()]));
}

describe('agent templates', () => {
  it('lists what there is with its needs and what the home lacks, also where there is no economy', async () => {
    const list = await home.json<readonly Row[]>('agent', 'templates');
    expect(list.map(({ name }) => name)).toEqual(['large', 'plain', 'tool']);
    expect(list[0]).toMatchObject({ set: 'bp-agents run --set market.supply.tokens=5', lacks_provider: null });
    expect(list[2]).toMatchObject({
      program: { name: 'tool', version: '1.0.0' },
      lacks: [],
      set: null,
      configure: null,
    });
    const { stdout, exitCode } = await home.run('agent', 'templates');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^template .*\nlarge .* market\.supply\.tokens\n/);
    expect(stdout).toContain('large: bp-agents run --set market.supply.tokens=5\n');
  });
});

describe('agent new', () => {
  it('makes an agent with the usual grant, its files, its first bid and a record of its template', async () => {
    const { stdout, exitCode } = await make('ada', '--template', 'plain');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /ada is made, a plain, with 1,000 credits\nbid_1 offers [\d.]+ for .* whose reserve is [\d.]+\n$/,
    );
    expect(filesOf('ada')).toEqual({ 'main.py': 'print(1)', 'agent.json': '{"model":null}\n' });
    expect(await home.json('agent', 'ada')).toMatchObject({ status: 'alive', template: 'plain', parent: null });
    expect((await home.run('agent', 'ada')).stdout).toContain('made of plain');
    expect(brought).toEqual([]);
  });

  it('brings the program before the agent is there, and its record knows which', async () => {
    bring = async ({ onLine }) => {
      onLine('npm ci');
      expect(await agents()).toEqual([]);
      brought.push('');
    };
    const { stdout, exitCode } = await make('bob', '--template', 'tool', '--bid', '50', '--credits', '60');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('bringing tool 1.0.0 to the engine, once for all agents of it:\n  npm ci\n');
    expect(brought).toHaveLength(1);
    expect(await home.json('agent', 'bob')).toMatchObject({ template: 'tool', available: 10, pending: 50 });
    const economy = home.open();
    const { program } = economy[STORE].agents.find('bob')!;
    expect(economy[STORE].programs.find(program!)).toMatchObject({ name: 'tool', version: '1.0.0' });
    economy.close();
  });

  it('leaves no agent, no credits and no program where that fails or is interrupted', async () => {
    await make('ada', '--template', 'plain');
    bring = () => Promise.reject(new BpError('install_network', 'npm ci ended with status 1', { hint: 'see' }));
    const { stderr, exitCode } = await make('bob', '--template', 'tool');
    expect([exitCode, stderr]).toEqual([1, 'bp-agents: npm ci ended with status 1; see (install_network)\n']);
    expect((await agents()).map(({ id }) => id)).toEqual(['ada']);
    expect(await home.json('status')).toMatchObject({ credits: { issued: 1000 } });
    const economy = home.open();
    expect(economy[STORE].transaction(() => economy[STORE].agents.find('bob'))).toBeUndefined();
    economy.close();
    bring = ({ program }) => Promise.resolve(void brought.push(program.key));
    expect(await make('bob', '--template', 'tool')).toMatchObject({ exitCode: 0 });
  });

  it.each<[string, readonly string[], string, RegExp]>([
    ['a template that is not there', ['x', '--template', 'none'], 'template_not_found', /large, plain, tool/],
    ['no template', ['x'], 'missing_mandatory_option_value', /--template/],
    ['a bundle that is never sold', ['x', '--template', 'large'], 'no_supply', /run --set market\.supply\.tokens=5/],
    ['an id that can be none', ['X!', '--template', 'tool'], 'invalid_id', /./],
    ['an id that was taken', ['ada', '--template', 'tool'], 'agent_exists', /bootstrap --id/],
    ['a bid under the reserve', ['x', '--template', 'tool', '--bid', '0.1'], 'below_reserve', /./],
    ['a bid over the grant', ['x', '--template', 'tool', '--bid', '9', '--credits', '8'], 'insufficient_credits', /8/],
    ['no number', ['x', '--template', 'tool', '--bid', 'much'], 'wrong_type', /bid/],
    ['a model where none is asked', ['x', '--template', 'tool', '--model', 'm'], 'invalid_value', /asks no model/],
    ['an empty model', ['x', '--template', 'tool', '--model', ' '], 'empty', /--model/],
  ])('refuses %s before anything is brought', async (_, args, code, message) => {
    await make('ada', '--template', 'plain');
    const { exitCode, stderr } = await make(...(args as [string]));
    expect(stderr).toMatch(/^bp-agents: .*\n$/);
    expect(stderr).toContain(`(${code})`);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
    expect(brought).toEqual([]);
    expect((await agents()).map(({ id }) => id)).toEqual(['ada']);
  });

  it('tells what the home lacks, with the line that gives it, and gives the model to the entry point', async () => {
    folders.add('asker', { title: 'asks', needs: { ...LITTLE, format: 'messages', supply_tokens: 9 } });
    const { stdout } = await make('eve', '--template', 'asker', '--model', 'claude');
    expect(stdout).toContain('what it takes, or in bp-agents.yaml: bp-agents run --set market.supply.tokens=9\n');
    expect(stdout).toMatch(/in bp-agents\.yaml: intelligence: \{ providers: \[\{ .*kind: anthropic.*"claude"/);
    expect(filesOf('eve')['agent.json']).toBe('{"model":"claude"}\n');
  });

  it('that is revived with its files bids for what its template needs, unless it is told another bundle', async () => {
    const needs = { ...LITTLE, bundle: { cpu_seconds: 3, memory_mb: 700, tokens: 0, attention: 0 } };
    folders.add('wide', { title: 'needs much', needs });
    await make('ada', '--template', 'wide');
    const revive = async (...options: readonly string[]) => {
      await home.run('stop', 'ada');
      const { stderr } = await home.run('bootstrap', '--id', 'ada', ...options);
      const bids = await home.json<readonly Row[]>('bids', '--agent', 'ada');
      return stderr || bids.at(-1)!['bundle'];
    };
    expect(await revive()).toEqual(needs.bundle);
    const other = { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 };
    expect(await revive('--bundle', 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0')).toEqual(other);
    expect(await revive('--set', 'market.supply.memory_mb=600')).toMatch(/wide needs 700.*supply.memory_mb=700/);
  });

  it('is told apart by its template in the export', async () => {
    await make('ada', '--template', 'plain');
    await home.run('bootstrap', '--id', 'bob', '--from', join(folders.runtimeDirectory, 'templates', 'plain', 'files'));
    await home.run('export', '--dir', join(home.directory, 'csv'));
    const rows = readFileSync(join(home.directory, 'csv', 'agents.csv'), 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(rows.map((row) => row.split(',').at(-1))).toEqual(['template', 'plain', '']);
  });

  it('works while a run goes on, and the agent runs in the cycle after', async () => {
    const market = 'market: { cycle_seconds: 0.2, supply: { cpu_seconds: 16, memory_mb: 4000 } }\n';
    writeFileSync(join(home.directory, 'bp-agents.yaml'), market);
    const run = home.start('run', '--headless');
    await expect.poll(() => run.output, SOON).toContain('cycle 1');
    const made = await home.json<Row>('agent', 'new', 'ada', '--template', 'tool');
    expect(made).toMatchObject({ agent_id: 'ada', template: 'tool', program: { name: 'tool' }, bid_id: 'bid_1' });
    await expect.poll(() => run.output, SOON).toContain('exe_1 of ada started');
    run.interrupt();
    await run.ended;
    const [first] = await home.json<readonly Row[]>('executions');
    const [bid] = await home.json<readonly Row[]>('bids');
    expect(first!['cycle']).toBe(Number(bid!['placed_cycle']) + 1);
  });
});
