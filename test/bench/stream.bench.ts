/**
 * The road between an agent and the System Service: round trips over the container's stream against those over a Unix
 * socket that is mounted into a container, from Python and from Node, how fast bytes go each way, and what the program
 * holds for an agent that fills 64 connections and its output. Both roads take turns, so that the machine is the same for
 * both. Prints medians and ratios.
 */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { configSchema } from '../../src/config/schema.ts';
import type { ServedExecution } from '../../src/sandbox/sandbox.ts';
import { ENOUGH, files, openTestHome, type TestHome } from '../helpers/docker-sandbox.ts';
import { openTestService, type TestAgent } from '../helpers/service-client.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
/** A socket without anything between: four processes stand between the two ends of the stream, and wake each other. */
const RATIO_MAX = 5;
const MB_PER_SECOND_MIN = 20;
const MEGABYTES = 40;
const HELD_MB_MAX = 8;

const SOCKET = '/run/service.sock';
/** 1000 requests on a kept connection; prints the median in microseconds, without the first hundred. */
const PYTHON = `
import http.client, os, socket, sys, time
class Mounted(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("${SOCKET}")
road = os.environ.get("ROAD")
client = Mounted("localhost") if road == "socket" else http.client.HTTPConnection("127.0.0.1", 8080)
times = []
for _ in range(1000):
    began = time.perf_counter()
    client.request("GET", "/economic/balance", headers={"Authorization": "Bearer " + os.environ["TOKEN"]})
    answer = client.getresponse()
    answer.read()
    if answer.status != 200: sys.exit(answer.status)
    times.append((time.perf_counter() - began) * 1e6)
print(sorted(times[100:])[450])
`;
const NODE = `
const http = require('node:http');
const to = process.env.ROAD === 'socket' ? { socketPath: '${SOCKET}' } : { host: '127.0.0.1', port: 8080 };
const options = { ...to, agent: new http.Agent({ keepAlive: true }), path: '/economic/balance',
  headers: { authorization: 'Bearer ' + process.env.TOKEN } };
const roundTrip = () => new Promise((resolve, reject) => {
  const began = process.hrtime.bigint();
  http.get(options, (answer) => {
    if (answer.statusCode !== 200) reject(new Error(String(answer.statusCode)));
    answer.resume().on('end', () => resolve(Number(process.hrtime.bigint() - began) / 1e3));
  });
});
(async () => {
  const times = [];
  for (let count = 0; count < 1000; count++) times.push(await roundTrip());
  console.log(times.slice(100).sort((a, b) => a - b)[450]);
})();
`;
const THROUGHPUT = `
import http.client, time
client = http.client.HTTPConnection("127.0.0.1", 8080)
for method, body in (("POST", b"x" * ${MEGABYTES}_000_000), ("GET", None)):
    began = time.perf_counter()
    client.request(method, "/", body)
    client.getresponse().read()
    print(${MEGABYTES} / (time.perf_counter() - began))
`;
/** Half of the connections send a body that never ends, half never read what they ask for. */
const FULL = `
import os, socket, threading, time
HEAD = " HTTP/1.1\\r\\nAuthorization: Bearer " + os.environ["TOKEN"] + "\\r\\n"
POST = ("POST /market/bid" + HEAD + "Content-Type: application/json\\r\\nContent-Length: 1000000\\r\\n\\r\\n").encode()
GET = ("GET /openapi.json" + HEAD + "\\r\\n").encode()
def fill(number):
    connection = socket.create_connection(("127.0.0.1", 8080))
    try:
        if number % 2: connection.sendall(POST + b"x" * 65000)
        else:
            while True: connection.sendall(GET)
    except OSError: pass
    time.sleep(60)
for number in range(64): threading.Thread(target=fill, args=(number,), daemon=True).start()
while True: print("x" * 60000)
`;
const LANGUAGES = { Python: { 'main.py': PYTHON }, Node: { 'main.js': NODE } } as const;
const PROGRAMS = { Python: ['python3', '-c', PYTHON], Node: ['node', '-e', NODE] } as const;
type Language = keyof typeof LANGUAGES;

let executions = 0;

async function inSandbox(
  home: TestHome,
  program: Readonly<Record<string, string>>,
  { environment = {}, serve }: { readonly environment?: Record<string, string>; readonly serve: Serve },
): Promise<readonly number[]> {
  const executionId = `exe_${++executions}`;
  const execution = await home.prepare({
    ...{ executionId, agentId: `a${executions}`, files: files(program), environment },
    bundle: { ...ENOUGH, cpuMs: 60_000, memoryMb: 256 },
  });
  serve(execution);
  await execution.go();
  const { detail } = await execution.ended;
  const figures = home.output(executionId).trim().split('\n').map(Number);
  if (figures.some(Number.isNaN)) throw new Error(`${detail}: ${home.output(executionId)}`);
  await home.sandbox.discard(executionId);
  return figures;
}

type Serve = (execution: ServedExecution) => void;

/** The same program of the same image, with the service's socket mounted into its container. */
async function overSocket(image: string, language: Language, { socketPath, token }: TestAgent): Promise<number> {
  chmodSync(socketPath, 0o666);
  const [program, ...rest] = PROGRAMS[language];
  const mounts = ['--volume', `${socketPath}:${SOCKET}`, '--env', 'ROAD=socket', '--env', `TOKEN=${token}`];
  const options = ['run', '--rm', '--network', 'none', ...mounts, '--entrypoint', program, image, ...rest];
  const child = spawn('docker', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  return Number((await buffer(child.stdout)).toString());
}

/** The most that is held while it goes on for some seconds, and not after it. Of what can't be collected. */
async function heldMegabytes(home: TestHome, { token, executionId }: TestAgent, serve: Serve): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    // What lies outside the heap is let go of by the second.
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  const request = { executionId: `exe_${++executions}`, agentId: `a${executions}`, environment: { TOKEN: token } };
  const execution = await home.prepare({
    ...{ ...request, files: files({ 'main.py': FULL }) },
    bundle: { ...ENOUGH, cpuMs: 60_000, memoryMb: 256 },
  });
  serve(execution);
  await execution.go();
  let most = 0;
  for (let second = 0; second < 6; second++) {
    await pause(1000);
    most = Math.max(most, held());
  }
  await execution.stop('operator');
  test.service.closeEndpoint(executionId);
  await pause(500);
  return most - held();
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const { image } = configSchema.parse({}).sandbox;
const test = await openTestService({ overrides: ['service.requests_per_second_max=100000'] });
const home = await openTestHome();
let isGood = true;
try {
  const mounted = await test.agent('mounted');
  const streamed = await test.agent('streamed');
  const roundTrip: Serve = (execution) => void test.service.openEndpoint(streamed.executionId, execution);
  for (const language of ['Python', 'Node'] as const) {
    const [stream, socket]: [number[], number[]] = [[], []];
    // One of each to warm up the engine's caches.
    for (let round = 0; round <= ROUNDS; round++) {
      const bare = await overSocket(image, language, mounted);
      const environment = { TOKEN: streamed.token };
      const ours = (await inSandbox(home, LANGUAGES[language], { environment, serve: roundTrip }))[0]!;
      if (round === 0) continue;
      socket.push(bare);
      stream.push(ours);
    }
    const ratio = median(stream) / median(socket);
    isGood &&= ratio <= RATIO_MAX;
    console.log(
      `round trip from ${language}, median of ${ROUNDS} medians: stream ${median(stream).toFixed(0)} µs, ` +
        `mounted socket ${median(socket).toFixed(0)} µs, ratio ${ratio.toFixed(2)} (at most ${RATIO_MAX})`,
    );
  }
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(request.method === 'GET' ? Buffer.alloc(MEGABYTES * 1_000_000) : ''));
  });
  const bare: Serve = (execution) => execution.serve((connection: Duplex) => server.emit('connection', connection));
  const speeds: (readonly number[])[] = [];
  for (let round = 0; round < ROUNDS; round++)
    speeds.push(await inSandbox(home, { 'main.py': THROUGHPUT }, { serve: bare }));
  for (const [index, way] of ['from the agent', 'to the agent'].entries()) {
    const speed = median(speeds.map((figures) => figures[index]!));
    isGood &&= speed >= MB_PER_SECOND_MIN;
    console.log(`bytes ${way}, median of ${ROUNDS}: ${speed.toFixed(0)} MB/s (at least ${MB_PER_SECOND_MIN})`);
  }
  const megabytes = await heldMegabytes(home, streamed, roundTrip);
  isGood &&= megabytes <= HELD_MB_MAX;
  console.log(`held for 64 full connections and a full output: ${megabytes.toFixed(1)} MB (at most ${HELD_MB_MAX})`);
} finally {
  await home.close();
  await test.close();
}
process.exitCode = isGood ? 0 : 1;
