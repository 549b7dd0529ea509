/**
 * One agent floods the System Service at full speed, in several ways and in a real container, while another execution
 * calls it one request after the other. Prints the other's median against its own without a flood, in the same run.
 */
import type { PreparedExecution } from '../../src/sandbox/sandbox.ts';
import { openTestHome, python } from '../helpers/docker-sandbox.ts';
import { openTestService, type TestAgent } from '../helpers/service-client.ts';

const REQUESTS = Number(process.argv[2] ?? 200);
const RATIO_MAX = 5;

const CONNECT = `
import os, socket, threading
def connect(): return socket.create_connection(("127.0.0.1", 8080))
def forever(work):
    def loop():
        while True:
            try: work()
            except OSError: pass
    for _ in range(8): threading.Thread(target=loop, daemon=True).start()
    threading.Event().wait()
REQUEST = b"GET /market/state HTTP/1.1\\r\\nAuthorization: Bearer " + os.environ["TOKEN"].encode() + b"\\r\\n\\r\\n"
SHORT = b"GET / HTTP/1.1\\r\\n\\r\\n"
`;
const FLOODS: Readonly<Record<string, string>> = {
  'requests, one after the other': `
def work():
    s = connect()
    while True:
        s.sendall(REQUEST)
        if not s.recv(65536): return
forever(work)`,
  'requests, thousands in one piece': `
def work():
    s = connect(); s.settimeout(1)
    while True: s.sendall(SHORT * 3600)
forever(work)`,
  connections: `
def work(): connect().close()
forever(work)`,
  'connections with thousands of requests each': `
def work():
    s = connect(); s.settimeout(0.2); s.sendall(SHORT * 3600); s.close()
forever(work)`,
  'bodies over the limit': `
def work():
    s = connect(); s.settimeout(1)
    s.sendall(REQUEST.replace(b"GET /market/state", b"POST /market/bid").replace(b"\\r\\n\\r\\n",
      b"\\r\\nContent-Type: application/json\\r\\nContent-Length: 100000000\\r\\n\\r\\n"))
    while True: s.sendall(b"x" * 65536)
forever(work)`,
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Slower than its own limit on requests, so that only the others count. */
async function medianMs(agent: TestAgent): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < REQUESTS; count++) {
    const began = performance.now();
    const { status } = await agent.get('/market/state');
    times.push(performance.now() - began);
    if (status !== 200) throw new Error(`answered ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return median(times);
}

const home = await openTestHome({ wall_max_seconds: 600 });
const test = await openTestService({ overrides: ['service.request_burst_max=200', 'market.supply.memory_mb=4096'] });
let worst = 0;
try {
  const other = await test.agent('other');
  const flooder = await test.agent('flooder');
  const names = Object.keys(FLOODS);
  for (const [index, name] of names.entries()) {
    const executionId = `exe_${index + 1}`;
    const idle = await medianMs(other);
    const execution: PreparedExecution = await home.prepare({
      executionId,
      agentId: `flooder-${index}`,
      bundle: { cpuMs: 60_000, memoryMb: 256, tokens: 0, attention: 0 },
      wallMs: 120_000,
      files: python(CONNECT + FLOODS[name]!),
      environment: { TOKEN: flooder.token },
    });
    const endpoint = test.service.openEndpoint(flooder.executionId, execution);
    await execution.go();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const flooded = await medianMs(other);
    const cpuMs = (await execution.usedCpuMs()) ?? 0;
    await execution.stop('operator');
    await home.sandbox.discard(executionId);
    const ratio = flooded / idle;
    worst = Math.max(worst, ratio);
    process.stdout.write(
      `${name}: median ${flooded.toFixed(2)} ms, idle ${idle.toFixed(2)} ms, ratio ${ratio.toFixed(2)} ` +
        `(at most ${RATIO_MAX}; ${endpoint.requests} requests of the flood came in, for ${(cpuMs / 1000).toFixed(1)} CPU s)\n`,
    );
  }
} finally {
  await test.close();
  await home.close();
}
process.exitCode = worst <= RATIO_MAX ? 0 : 1;
