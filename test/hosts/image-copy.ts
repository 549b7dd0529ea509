import { execFileSync } from 'node:child_process';
import { configSchema } from '../../src/config/schema.ts';

/** Brings the agent image from one engine to another; the addresses are as in `DOCKER_HOST`, undefined for the Docker CLI's own. */
export function copyImage(from: string | undefined, to: string): void {
  send(from, 'docker save "$1" | DOCKER_HOST="$2" docker load', to);
}

/** Writes it into a file, for an engine that reads it by itself. */
export function saveImage(from: string | undefined, path: string): void {
  send(from, 'docker save --output "$2" "$1"', path);
}

function send(from: string | undefined, script: string, to: string): void {
  const { image } = configSchema.parse({}).sandbox;
  const env = { ...process.env, ...(from === undefined ? {} : { DOCKER_HOST: from }) };
  execFileSync('sh', ['-c', script, 'sh', image, to], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
