import { expect } from 'vitest';
import { programHome, type ProgramHome } from './program.ts';
import { modelOf, type Resident } from './residents.ts';

/** A home in which each resident has what it needs. */
export function residentHome(providers: string, settings: readonly string[] = []): ProgramHome {
  return programHome([
    ...['market.cycle_seconds=1', 'market.supply.cpu_seconds=40', 'market.supply.memory_mb=4000'],
    ...['market.supply.tokens=200000', `intelligence.providers=${providers}`, 'attention.rest_allocations=0'],
    ...settings,
  ]);
}

/** Makes an agent of a resident's template, under the template's name; npm brings its program to the engine. */
export async function makeResident(place: ProgramHome, resident: Resident): Promise<void> {
  const { template } = resident;
  const made = await place.run('agent', 'new', template, '--template', template, '--model', modelOf(resident));
  expect(made, made.stderr).toMatchObject({ status: 0 });
}
