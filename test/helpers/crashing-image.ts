/** A program of its own that builds an image and is killed meanwhile. Arguments: the folder `runtime/`, the image. */
import { homedir } from 'node:os';
import { configSchema } from '../../src/config/schema.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { createDockerEngine } from '../../src/sandbox/docker/docker-engine.ts';

const [runtimeDirectory, image] = process.argv.slice(2) as [string, string];
const config = configSchema.parse({ sandbox: { image } });
const engine = createDockerEngine({
  environment: process.env,
  homeDirectory: homedir(),
  runtimeDirectory,
  clock: systemClock(),
  random: systemRandomness(),
  uid: process.getuid!(),
  gid: process.getgid!(),
});
await engine.ensureImage(config, (line) => void process.stdout.write(`${line}\n`), new AbortController().signal);
