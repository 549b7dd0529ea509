import { checkPackages, ensureBuild } from './compile.mjs';
import { foreground } from './child.mjs';
import { ensureEngine } from './engine.mjs';
import { Fault } from './fault.mjs';
import { alone } from './lock.mjs';
import { inRoot, ROOT } from './places.mjs';
import { ensurePodman } from './podman.mjs';
import { step } from './step.mjs';

/** The steps in the order in which they depend on each other. Each finds out itself whether it has anything to do. */
const STEPS = {
  packages: checkPackages,
  build: ensureBuild,
  engine: ensureEngine,
  image: ensureImage,
};

/** What only some tests need. */
const TEST_STEPS = { podman: ensurePodman };

/** @typedef {keyof typeof STEPS | keyof typeof TEST_STEPS} StepName */

export const ALL_STEPS = /** @type {StepName[]} */ (Object.keys(STEPS));

/**
 * Makes the machine ready. Can be repeated after any failure. Where a second one in the same clone comes to a step that
 * the first is at, it waits, and then finds it done.
 * @param {readonly StepName[]} names
 */
export async function setUp(names) {
  for (const name of names) {
    await alone(
      `${ROOT} ${name}`,
      () => console.log(`Another set-up in this folder is at "${name}"; waiting for it.`),
      () => step(name, { ...STEPS, ...TEST_STEPS }[name]),
    );
  }
}

/** @param {(doing: string) => void} say */
async function ensureImage(say) {
  // It shows its own progress.
  say('');
  const code = await foreground(process.execPath, [inRoot('dist', 'main.js'), 'image']);
  if (code !== 0) throw new Fault('the agent image could not be made: see the words above; then repeat');
  return 'ready';
}
