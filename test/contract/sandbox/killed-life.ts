import { createServer } from 'node:http';
import type { Config } from '../../../src/config/schema.ts';
import type { AdoptedExecution, Sandbox } from '../../../src/sandbox/sandbox.ts';
import { NEVER } from '../../helpers/docker-sandbox.ts';
import type { Life } from './sandbox-at-work.ts';

/** What a program that is to be killed is told, as JSON in its only argument. */
export interface LifeStory extends Life {
  readonly home: string;
  readonly settings: Partial<Config['sandbox']>;
  /** When "go" was given, for one that is adopted. */
  readonly startedAt: number;
}

/**
 * The whole of a program that is to be killed: brings one execution to where its story says, says so in a line, and goes
 * on until it is killed. It answers each request of the agent with how many there were, having had them kept.
 */
export async function liveUntilKilled(open: (story: LifeStory) => Promise<Sandbox>): Promise<void> {
  const story = JSON.parse(process.argv[2]!, revive) as LifeStory;
  const sandbox = await open(story);
  const execution = await begin(sandbox, story);
  let { requests } = execution;
  const server = createServer((request, response) => {
    requests += 1;
    execution.keepRequests(requests);
    request.resume().on('end', () => response.end(String(requests)));
  });
  execution.serve((connection) => server.emit('connection', connection));
  if ('go' in execution && story.state === 'running') await execution.go();
  process.stdout.write(`${story.state}\n`);
  await execution.ended;
  await new Promise(() => setInterval(() => undefined, 1000));
}

function begin(sandbox: Sandbox, { request, state, startedAt }: LifeStory): Promise<AdoptedExecution | Prepared> {
  return state === 'adopted' ? sandbox.adopt({ ...request, startedAt }, NEVER) : sandbox.prepare(request, NEVER);
}

type Prepared = Awaited<ReturnType<Sandbox['prepare']>>;

function revive(_: string, value: unknown): unknown {
  const isBuffer = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
  return isBuffer ? Buffer.from((value as unknown as { data: number[] }).data) : value;
}
