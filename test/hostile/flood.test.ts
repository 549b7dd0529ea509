import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHome, type TestHome } from '../helpers/docker-sandbox.ts';
import { attacker } from '../helpers/hostile-agents.ts';
import { openTestService, type TestAgent, type TestService } from '../helpers/service-client.ts';

const LIMITS = ['service.request_burst_max=100', 'service.connections_max=32', 'service.request_timeout_ms=1000'];
const SOCKET = `
def connect():
  s = socket.create_connection(("127.0.0.1", 8080)); s.settimeout(2)
  return s
SHORT = b"GET / HTTP/1.1\\r\\n\\r\\n"
`;
let home: TestHome;
let test: TestService;
let flooder: TestAgent;
let other: TestAgent;
let number = 0;

const bareServer = createServer((_, response) => response.end('{}'));
let bareUrl: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => bareServer.listen(0, '127.0.0.1', resolve));
  bareUrl = `http://127.0.0.1:${(bareServer.address() as AddressInfo).port}`;
  home = await openTestHome();
  test = await openTestService({ overrides: LIMITS });
  flooder = await test.agent('flooder');
  other = await test.agent('other');
});
afterAll(async () => {
  bareServer.closeAllConnections();
  bareServer.close();
  await test.close();
  await home.close();
});

/** How often another execution asks before the flood, to know what an answer takes on this machine today. */
const CALM_REQUESTS = 30;
/** Far more than noise, and far less than waiting for the flood to end. */
const SLOWER_MAX = 10;

interface Flood {
  /** What the flooder printed. */
  readonly output: string;
  readonly requests: number;
  /** How many times as much as in calm the other one's answers take, in time or in CPU time: the medians of both. */
  readonly slower: number;
}

/** Runs the flood while another execution asks for something every 30 ms. */
async function flood(text: string): Promise<Flood> {
  number += 1;
  const executionId = `exe_${number}`;
  const execution = await home.prepare({ executionId, files: attacker(`import socket\n${SOCKET}\n${text}`) });
  const endpoint = test.service.openEndpoint(flooder.executionId, execution);
  const calm: Answer[] = [];
  while (calm.length < CALM_REQUESTS) calm.push(await answered());
  await execution.go();
  const isOver = { now: false };
  void execution.ended.then(() => (isOver.now = true));
  const stormy: Answer[] = [];
  while (!isOver.now) stormy.push(await answered());
  const { requests } = endpoint;
  endpoint.close();
  const slower = Math.max(
    ...(['times', 'cpuMs'] as const).map(
      (key) => median(stormy.map((answer) => answer[key])) / median(calm.map((answer) => answer[key])),
    ),
  );
  return { output: home.output(executionId), requests, slower };
}

/**
 * What an answer takes, whatever else this machine does: other work makes each wait of this process longer, and none of
 * its CPU time.
 */
interface Answer {
  /** How many times as long as that of a bare server in this process, which is the service's too. */
  readonly times: number;
  /** CPU time of this process meanwhile. */
  readonly cpuMs: number;
}

async function answered(): Promise<Answer> {
  await new Promise((resolve) => setTimeout(resolve, 30));
  const bare = await spent(() => fetch(bareUrl).then((response) => response.text()));
  const { ms, cpuMs } = await spent(async () => expect((await other.get('/market/state')).status).toBe(200));
  return { times: ms / bare.ms, cpuMs };
}

async function spent(work: () => Promise<unknown>): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1000 };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

describe('flood', () => {
  it('requests: thousands in one piece are refused, then not read, and hold nobody else up', async () => {
    const { output, requests, slower } = await flood(`
s = connect(); began = time.time(); got = b""
try:
  while time.time() - began < 3: s.sendall(SHORT * 1000)
except OSError: pass
s.settimeout(60)
while not (b" 404 " in got and b" 429 " in got):
  try: piece = s.recv(65536)
  except ConnectionResetError: continue  # Told once; what came before is there all the same.
  except OSError: break
  if not piece: break
  got += piece
print(got.count(b" 404 ") > 0, got.count(b" 429 ") > 0)`);
    expect(output).toBe('True True\n');
    expect(requests).toBeLessThan(1500);
    expect(slower).toBeLessThan(SLOWER_MAX);
  });

  it('connections: more than the limit are not held open, and those that say nothing are closed', async () => {
    const { output, slower } = await flood(`
held = []
for _ in range(200):
  try: held.append(connect())
  except OSError: pass
def is_open(s):
  s.setblocking(False)
  try: return bool(s.recv(65536))
  except BlockingIOError: return True
  except OSError: return False
patience = time.time() + 60
while held and time.time() < patience:
  time.sleep(0.2)
  held = [s for s in held if is_open(s)]
print(len(held))`);
    expect(Number(output)).toBe(0);
    expect(slower).toBeLessThan(SLOWER_MAX);
  });

  it('new connections: a storm of them is counted and holds nobody else up', async () => {
    const { requests, slower } = await flood(`
began = time.time()
while time.time() - began < 3:
  try: s = connect(); s.sendall(SHORT * 100); s.close()
  except OSError: pass`);
    expect(requests).toBeLessThan(3000);
    expect(slower).toBeLessThan(SLOWER_MAX);
  });

  it('unread answers: who never reads is hung up on', async () => {
    const { output } = await flood(`
s = connect()
try:
  while True: s.sendall(SHORT * 100)
except OSError: print("cut off")`);
    expect(output).toBe('cut off\n');
  });
});
