import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CliDeps } from '../../src/cli/cli-deps.ts';
import { COMMANDS, type ListedCommand } from '../../src/cli/command-table.ts';
import { GOES_BY } from '../../src/cli/home/goes-by.ts';
import { effectiveValues, loadConfig, type ConfigSources } from '../../src/config/load.ts';
import { treeOf } from '../../src/config/run-record.ts';

const FILE = `
market:
  cycle_seconds: 2.5
  supply: { cpu_seconds: auto, tokens: 1000 }
attention: { rates: { useful: 0.000001 } }
lifecycle:
intelligence:
  providers:
    - name: one
      kind: openai
      base_url: http://127.0.0.1:1/v1
      models: [{ name: a, input_weight: 2 }]
  prices: { a: { input: 1, output: 2.5 } }
`;

const sources: ConfigSources = { home: '/economy', readFile: () => FILE, environment: {}, overrides: [] };

describe('what a run records', () => {
  it('comes to the same configuration, in every value', () => {
    const values: unknown = JSON.parse(JSON.stringify(treeOf(effectiveValues(sources))));
    const instead = { name: 'record', values: values as Record<string, unknown> };
    expect(loadConfig({ ...sources, instead, readFile: () => 'none of it is read' })).toStrictEqual(
      loadConfig(sources),
    );
  });

  it('is told to be wrong under its own name', () => {
    const instead = { name: 'record', values: { market: { cycle_seconds: 'never' } } };
    expect(() => loadConfig({ ...sources, instead })).toThrow(/^record: market.cycle_seconds is "never", but must be/);
  });
});

describe('what a command goes by', () => {
  /** They have no home. */
  const HOMELESS = ['simulate', 'sweep', 'completion'];

  it('is said of every command that has a home', async () => {
    const homely = COMMANDS.filter(({ name }) => !HOMELESS.includes(name));
    const names = await Promise.all(homely.map(namesOf));
    expect(Object.keys(GOES_BY).sort()).toEqual(names.flat().sort());
  });
});

/** That of the command, and those of the commands under it. */
async function namesOf({ name, load }: ListedCommand): Promise<readonly string[]> {
  const command = new Command(name);
  const add = await load();
  add(command, {} as CliDeps);
  return [name, ...command.commands.map((under) => `${name} ${under.name()}`)];
}
