import { expect } from 'vitest';
import { startPackageRegistry, type PackageRegistry } from './package-registry.ts';
import { programHome, type ProgramHome } from './program.ts';
import { setVariables } from './surroundings.ts';

/** Greets whom it runs for, with a package of the registry. */
export const GREETS = 'import sys\nfrom greeting import greet\nprint(greet("you"), sys.prefix)\n';

/** A registry that has one package, of which `npm install` hears where nothing else is said, and homes for its agents. */
export class Installing {
  readonly registry: PackageRegistry;
  readonly #homes: ProgramHome[] = [];
  readonly #putBack: () => void;

  private constructor(registry: PackageRegistry) {
    this.registry = registry;
    this.#putBack = setVariables({ npm_config_registry: registry.url });
  }

  static async open(): Promise<Installing> {
    const code = "module.exports = (name) => 'hello ' + name;\n";
    const registry = await startPackageRegistry('greeting', '2.1.3', code);
    return new Installing(registry);
  }

  home(...settings: readonly string[]): ProgramHome {
    const made = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', ...settings]);
    this.#homes.push(made);
    return made;
  }

  closeHomes(): void {
    for (const home of this.#homes.splice(0)) home.close();
  }

  async close(): Promise<void> {
    this.#putBack();
    await this.registry.close();
  }
}

export async function bring(place: ProgramHome, id: string, files: Readonly<Record<string, string>>): Promise<void> {
  const bundle = 'cpu_seconds=4,memory_mb=256,tokens=0,attention=0';
  const from = place.agentFolder(id, files);
  expect(await place.within('bootstrap', '--id', id, '--from', from, '--bundle', bundle)).toMatchObject({ status: 0 });
}

/** Runs what is there once, and gives what each agent printed. */
export async function printedOf(place: ProgramHome): Promise<Record<string, string>> {
  expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  const printed: Record<string, string> = {};
  for (const { id, agent_id: agent } of await place.json<{ id: string; agent_id: string }[]>('executions'))
    printed[agent] = (await place.within('logs', id)).stdout;
  return printed;
}
