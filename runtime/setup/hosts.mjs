import { existsSync } from 'node:fs';
import { foreground } from './child.mjs';
import { Fault } from './fault.mjs';
import { installPackage } from './packages.mjs';
import { inRoot } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';
import { step } from './step.mjs';

/** What some of the hosts are made with; one that lacks its own is told as not seen. */
const PACKAGES = ['openssh-server', 'rootlesskit', 'slirp4netns', 'uidmap', 'podman', 'fuse-overlayfs', 'mmdebstrap'];

/**
 * `npm run test:hosts`: brings up each kind of host that can be had here, holds the sandbox to its contract there,
 * attacks it, and takes all of it down.
 * @param {readonly string[]} args Names of hosts, none for all; `--only doctor|contract|hostile`.
 */
export async function hosts(args) {
  await setUp(ALL_STEPS);
  for (const name of PACKAGES) await ensurePackage(name);
  // Not by its command, which would end before the hosts are taken down when it is told to.
  const tsx = ['--import', import.meta.resolve('tsx')];
  process.exitCode = await foreground(process.execPath, [...tsx, inRoot('test', 'hosts', 'main.ts'), ...args]);
}

/** @param {string} name */
async function ensurePackage(name) {
  await step(name, async (say) => {
    if (existsSync(`/var/lib/dpkg/info/${name}.list`)) return 'installed';
    try {
      await installPackage(name, 'a host of the tests is made with it', say, { lean: true });
      return 'installed';
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return `missing: ${error.message}`;
    }
  });
}
