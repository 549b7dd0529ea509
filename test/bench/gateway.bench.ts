/**
 * The LLM gateway: what it adds to a call and to each streamed chunk over asking the provider directly, and the memory
 * of this process with 200 streams at the same time. Provider and streaming clients are processes of their own; the
 * sockets and the database are real.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { sharedNow } from '../helpers/fake-provider.ts';
import { openTestService, type TestAgent } from '../helpers/service-client.ts';
import { providersAt } from '../helpers/provider-settings.ts';

const CALLS = 400;
const CHUNKS = 1000;
const STREAMS = 200;
const AGENTS = 20;

const here = (path: string) => fileURLToPath(new URL(`../helpers/${path}`, import.meta.url));
const child = fork(here('fake-provider-process.ts'));
const [origin] = (await once(child, 'message')) as [string];
const test = await openTestService({
  overrides: [
    'market.supply.tokens=1000000000',
    'market.supply.memory_mb=100000',
    'market.supply.cpu_seconds=1000',
    'market.prices.start.tokens=0.000001',
    'service.requests_per_second_max=100000',
    `intelligence.providers=${providersAt(origin, { provider: { concurrency: 1000 } })}`,
  ],
  keys: { environment: { TEST_KEY: 'k' }, readFile: () => '' },
});
const bundle = { cpuMs: 1000, memoryMb: 64, tokens: 1_000_000, attention: 0 } as const;
const agents: TestAgent[] = [];
for (let number = 0; number < AGENTS; number++)
  agents.push(await test.agent(`a${number}`, { credits: 1_000_000, bundle }));
const [agent] = agents;
if (!agent) throw new Error('no agent');
const messages = [{ role: 'user', content: 'Say hello.' }];

await streams();
await latency(agent);
await chunks(agent);
child.kill();
await test.close();

/** One call: through the gateway where there is an agent, else at the provider itself. */
function send(
  via: TestAgent | undefined,
  body: object,
  onData: (text: string) => void = () => undefined,
): Promise<void> {
  const text = JSON.stringify({ ...body, model: via ? 'gpt' : 'gpt-4o-mini' });
  const { hostname, port } = new URL(origin);
  const to = via ? { socketPath: via.socketPath } : { hostname, port };
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    authorization: `Bearer ${via?.token ?? ''}`,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...to, method: 'POST', path: '/v1/chat/completions', headers }, (incoming) => {
      if (incoming.statusCode !== 200) reject(new Error(`status ${incoming.statusCode}`));
      incoming.setEncoding('utf8').on('data', onData).on('end', resolve).on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

async function latency(via: TestAgent): Promise<void> {
  const times: Record<'direct' | 'gateway', number[]> = { direct: [], gateway: [] };
  for (let round = 0; round < CALLS + 50; round++)
    for (const name of ['direct', 'gateway'] as const) {
      const began = performance.now();
      await send(name === 'gateway' ? via : undefined, { messages });
      if (round >= 50) times[name].push(performance.now() - began);
    }
  tell('a call', median(times.direct), median(times.gateway), 3);
}

async function chunks(via: TestAgent): Promise<void> {
  const delays: Record<'direct' | 'gateway', number[]> = { direct: [], gateway: [] };
  const stop = JSON.stringify({ stamps: CHUNKS, chunkMs: 1 });
  for (const name of ['direct', 'gateway', 'direct', 'gateway'] as const)
    await send(name === 'gateway' ? via : undefined, { messages, stream: true, stop }, (text) => {
      const now = sharedNow();
      for (const [, written] of text.matchAll(/"content":"(\d+\.\d+)"/g)) delays[name].push(now - Number(written));
    });
  tell(`one of ${CHUNKS} chunks`, median(delays.direct), median(delays.gateway), 1);
}

async function streams(): Promise<void> {
  const before = process.memoryUsage().rss;
  const clients = spawn(process.execPath, ['--import', 'tsx', here('streaming-clients.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const stop = JSON.stringify({ stamps: 100_000, chunkMs: 20 });
  clients.stdin.write(
    `${JSON.stringify({
      pairs: agents.map(({ socketPath, token }) => [socketPath, token]),
      body: JSON.stringify({ model: 'gpt', messages, stream: true, stop, max_tokens: 1000 }),
      streams: STREAMS,
    })}\n`,
  );
  const [opened] = (await once(clients.stdout, 'data')) as [Buffer];
  let most = 0;
  for (let look = 0; look < 50; look++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    most = Math.max(most, process.memoryUsage().rss);
  }
  const open = test.economy.store.modelCalls.open().length;
  clients.kill();
  const mb = (bytes: number) => Math.round(bytes / 1_048_576);
  console.log(
    `${Number(opened)} streams at the same time (${open} still open after 5 s): ${mb(most - before)} MB more than ` +
      `before, the tokenizer's table included (must be under 200); ${mb(most)} MB in all, with the TypeScript loader`,
  );
}

function tell(what: string, direct: number, gateway: number, most: number): void {
  console.log(
    `${what}: median ${direct.toFixed(2)} ms directly, ${gateway.toFixed(2)} ms through the gateway: ` +
      `${(gateway - direct).toFixed(2)} ms more (must be at most ${most})`,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}
