/**
 * A program of its own that starts one execution and then waits to be killed: what stays behind is what a crash of the
 * orchestrator leaves. Arguments: home, execution id, the agent's Python program, `prepared` or `running`.
 */
import { homedir } from 'node:os';
import { configSchema } from '../../src/config/schema.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { createDockerSandbox } from '../../src/sandbox/docker/docker-sandbox.ts';
import { connectEngine, findEngine } from '../../src/sandbox/docker/client/engine-address.ts';
import { ENOUGH, NEVER, python, SECCOMP } from './docker-sandbox.ts';

const [home, executionId, program, state] = process.argv.slice(2) as [string, string, string, string];
const address = await findEngine({ environment: process.env, homeDirectory: homedir() });
const nothing = () => undefined;
const sandbox = createDockerSandbox({
  docker: connectEngine(address),
  address,
  home,
  config: configSchema.parse({}).sandbox,
  clock: systemClock(),
  random: systemRandomness(),
  logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  uid: process.getuid!(),
  gid: process.getgid!(),
  searchPath: process.env['PATH'] ?? '',
  seccompPath: SECCOMP,
});
const execution = await sandbox.prepare(
  {
    executionId,
    agentId: 'a',
    agentNumber: 1,
    bundle: ENOUGH,
    wallMs: 300_000,
    handshake: '{}',
    files: python(program),
    environment: {},
  },
  NEVER,
);
if (state === 'running') await execution.go();
process.stdout.write(`${state}\n`);
await execution.ended;
