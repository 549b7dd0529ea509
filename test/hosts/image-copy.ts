import { execFileSync } from 'node:child_process';
import { configSchema } from '../../src/config/schema.ts';

/** Brings the agent image from one engine to another; the addresses are as in `DOCKER_HOST`, undefined for the Docker CLI's own. */
export function copyImage(from: string | undefined, to: string): void {
  const { image } = configSchema.parse({}).sandbox;
  const script = 'docker save "$1" | DOCKER_HOST="$2" docker load';
  const env = { ...process.env, ...(from === undefined ? {} : { DOCKER_HOST: from }) };
  execFileSync('sh', ['-c', script, 'sh', image, to], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
