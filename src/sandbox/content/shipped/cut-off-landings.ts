import { join } from 'node:path';
import { shipmentsDirectory } from '../../../config/home-places.ts';
import { workspacePaths } from '../workspace.ts';
import { forgetAgreement } from './agreement.ts';
import { HostFolder } from './host-folder.ts';
import { Landing, landingError, landingsIn } from './landing.ts';

/** Where it is kept what an agent's folder and its volume have in common. */
export function agreementPath(home: string, folder: string): string {
  return join(shipmentsDirectory(home), `${folder}.json`);
}

/** Finishes or drops whatever was being brought home when a program was cut off. Rejects with `sandbox_files`. */
export async function finishLandings(home: string): Promise<void> {
  for (const folder of await landingsIn(workspacePaths(home, '').staging)) await finishLanding(home, folder);
}

/** The same for one folder. */
export async function finishLanding(home: string, folder: string): Promise<void> {
  const { root, staging } = workspacePaths(home, folder);
  if (!(await landingsIn(staging)).includes(folder)) return;
  // Nobody knows any more what is the same on both sides.
  await forgetAgreement(agreementPath(home, folder));
  await new Landing(staging, folder).finish(new HostFolder(root)).catch((error: unknown) => {
    throw landingError('', error);
  });
}
