import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHome, type TestHome } from '../helpers/docker-sandbox.ts';
import { attacker } from '../helpers/hostile-agents.ts';
import { openTestService, type TestAgent, type TestService } from '../helpers/service-client.ts';

const LIMITS = ['service.request_burst_max=100', 'service.connections_max=32', 'service.request_timeout_ms=1000'];
const SOCKET = `
def connect():
  s = socket.socket(socket.AF_UNIX); s.connect("/run/bp/service.sock"); s.settimeout(2)
  return s
SHORT = b"GET / HTTP/1.1\\r\\n\\r\\n"
`;
let home: TestHome;
let test: TestService;
let flooder: TestAgent;
let other: TestAgent;
let number = 0;

beforeAll(async () => {
  home = await openTestHome();
  test = await openTestService({ overrides: LIMITS });
  flooder = await test.agent('flooder');
  other = await test.agent('other');
});
afterAll(async () => {
  await test.close();
  await home.close();
});

/** Runs the flood while another execution asks for something every 30 ms, and gives what the flooder printed. */
async function flood(
  text: string,
): Promise<{ readonly output: string; readonly requests: number; readonly slow: number }> {
  number += 1;
  const executionId = `exe_${number}`;
  const socketPath = join(await home.sandbox.socketDirectory(executionId), 'service.sock');
  const endpoint = await test.service.openEndpoint(flooder.executionId, socketPath);
  const execution = await home.prepare({ executionId, files: attacker(`import socket\n${SOCKET}\n${text}`) });
  await execution.go();
  const isOver = { now: false };
  void execution.ended.then(() => (isOver.now = true));
  const times: number[] = [];
  while (!isOver.now) {
    const began = performance.now();
    expect((await other.get('/market/state')).status).toBe(200);
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const { requests } = endpoint;
  await endpoint.close();
  return { output: home.output(executionId), requests, slow: times.filter((time) => time > 500).length / times.length };
}

describe('flood', () => {
  it('requests: thousands in one piece are refused, then not read, and hold nobody else up', async () => {
    const { output, requests, slow } = await flood(`
s = connect(); began = time.time(); got = b""
try:
  while time.time() - began < 3: s.sendall(SHORT * 1000)
except OSError: pass
s.settimeout(0.1)
try:
  while True: got += s.recv(65536)
except OSError: pass
print(got.count(b" 404 ") > 0, got.count(b" 429 ") > 0)`);
    expect(output).toBe('True True\n');
    expect(requests).toBeLessThan(1500);
    expect(slow).toBeLessThan(0.5);
  });

  it('connections: more than the limit are not held open, and those that say nothing are closed', async () => {
    const { output, slow } = await flood(`
held = []
for _ in range(200):
  try: held.append(connect())
  except OSError: pass
time.sleep(4)
alive = 0
for s in held:
  s.setblocking(False)
  try: alive += s.recv(65536) == b"never"
  except BlockingIOError: alive += 1
  except OSError: pass
print(alive)`);
    expect(Number(output)).toBe(0);
    expect(slow).toBeLessThan(0.5);
  });

  it('new connections: a storm of them is counted and holds nobody else up', async () => {
    const { requests, slow } = await flood(`
began = time.time()
while time.time() - began < 3:
  try: s = connect(); s.sendall(SHORT * 100); s.close()
  except OSError: pass`);
    expect(requests).toBeLessThan(3000);
    expect(slow).toBeLessThan(0.5);
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
