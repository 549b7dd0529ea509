import { createServer, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signalled, type Signalled } from '../../../src/sandbox/lifecycle/signalled.ts';
import { ENOUGH } from '../../helpers/docker-sandbox.ts';
import { asking, realHome, serveBytes, serveRequests, until, type RealHome } from './real-home.ts';
import type { SandboxUnderTest } from './sandbox-at-work.ts';

const AT_ONCE = 64;
const LARGE_BYTES = 5_000_000;

/** What an agent sends to the service, and hears from it. */
export function itConnects(engine: SandboxUnderTest): void {
  let home: RealHome;
  beforeAll(async () => {
    home = realHome(await engine.open());
  });
  afterAll(async () => {
    await home.at.close();
  });

  describe('the service', () => {
    it('is asked over HTTP, also by those that came before it and with bodies of any size', async () => {
      const request = home.request({
        files: asking(`
say(os.environ["BP_SERVICE_URL"] + "\\n")
c = http.client.HTTPConnection("127.0.0.1", 8080)
for length in (0, 1, 16383, 16384, 16385, ${LARGE_BYTES}):
    body = os.urandom(1) * length
    c.request("POST", "/echo", body)
    answer = c.getresponse().read()
    say("%d %s\\n" % (length, answer == body))
`),
      });
      const execution = await home.begin(request);
      const server = createServer((incoming, outgoing) => incoming.pipe(outgoing));
      await until(() => home.output(request.executionId) !== '');
      execution.serve((connection) => server.emit('connection', connection));
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
      const lengths = [0, 1, 16_383, 16_384, 16_385, LARGE_BYTES];
      expect(home.output(request.executionId)).toBe(
        ['http://127.0.0.1:8080', ...lengths.map((length) => `${length} True`), ''].join('\n'),
      );
      expect(home.at.complaints).toEqual([]);
    });

    it(`hears ${AT_ONCE} connections at once, and more one after the other`, async () => {
      const request = home.request({
        bundle: { ...ENOUGH, memoryMb: 128 },
        files: asking(`
import threading
answers = []
threads = [threading.Thread(target=lambda: answers.append(ask("/wait"))) for _ in range(${AT_ONCE})]
for t in threads: t.start()
for t in threads: t.join()
say(str(len(answers)) + "\\n")
threads = [threading.Thread(target=lambda: answers.append(ask("/quick"))) for _ in range(200)]
for t in threads: t.start()
for t in threads: t.join()
say(str(len(answers)) + "\\n")
`),
      });
      const execution = await home.prepare(request);
      const waiting: ServerResponse[] = [];
      const server = createServer((incoming, response) => {
        incoming.resume();
        if (incoming.url === '/quick') response.end('ok');
        else if (waiting.push(response) === AT_ONCE) for (const one of waiting) one.end('ok');
      });
      execution.serve((connection) => server.emit('connection', connection));
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(home.output(request.executionId)).toBe(`${AT_ONCE}\n${AT_ONCE + 200}\n`);
    });

    it('is one that each execution has to itself', async () => {
      const words = ['one', 'two'];
      const outputs = await Promise.all(
        words.map(async (word) => {
          const request = home.request({
            files: asking('s = connect(); s.sendall(b"?"); say(read_all(s).decode())'),
          });
          const execution = await home.prepare(request);
          serveBytes(execution, (connection) => connection.end(word));
          await execution.go();
          await execution.ended;
          return home.output(request.executionId);
        }),
      );
      expect(outputs).toEqual(words);
    });

    it('and its agent end each their side of a connection, and break it off, without the other losing what was said', async () => {
      const request = home.request({
        files: asking(`
import struct
s = connect(); s.sendall(b"agent ends first"); s.shutdown(socket.SHUT_WR)
say(read_all(s).decode() + "\\n")
s = connect(); s.sendall(b"service ends first")
say(read_all(s).decode() + "\\n"); s.sendall(b" and more"); s.close()
s = connect(); s.sendall(b"break me off")
try: say("%s\\n" % (s.recv(1),))
except ConnectionResetError: say("reset\\n")
s = connect(); s.sendall(b"I break off"); s.recv(1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); s.close()
s = connect(); s.sendall(b"count"); say(read_all(s).decode())
`),
      });
      const execution = await home.prepare(request);
      const heard: string[] = [];
      const broken = signalled();
      serveBytes(execution, (connection, first) => converse(connection, first, heard, broken));
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(home.output(request.executionId)).toBe('got agent ends first\nsaid\nreset\nall done');
      expect(heard).toEqual(['service ends first and more']);
    });

    it('that is flooded on one connection whose answers nobody reads, goes on on all others', async () => {
      const request = home.request({
        files: asking(`
import threading
def flood():
    s = connect()
    try:
        while True: s.sendall(b"GET /large HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" * 100)
    except OSError: pass
for _ in range(4): threading.Thread(target=flood, daemon=True).start()
time.sleep(0.3)
for n in range(50): ask("/quick")
say("answered")
os._exit(0)
`),
      });
      const execution = await home.prepare(request);
      const server = createServer((incoming, response) => {
        incoming.resume();
        response.end(incoming.url === '/large' ? Buffer.alloc(100_000) : 'ok');
      });
      execution.serve((connection) => server.emit('connection', connection));
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(home.output(request.executionId)).toBe('answered');
      expect(home.at.complaints).toEqual([]);
    });

    it('is told of as many requests as were made, and the engine keeps the number to the end', async () => {
      const request = home.request({ files: asking('for n in range(5): ask("/" + str(n))') });
      const execution = await home.prepare(request);
      const { asked } = serveRequests(execution);
      await execution.go();
      await execution.ended;
      expect(asked).toEqual(['/0', '/1', '/2', '/3', '/4']);
      const adopted = await home.adopt(request);
      expect(adopted).toMatchObject({ hadEnded: true, requests: 5 });
      expect(await adopted.ended).toEqual(await execution.ended);
    });
  });
}

/** `broken`: the agent has broken off a connection. */
function converse(connection: Duplex, first: string, heard: string[], broken: Signalled): void {
  let text = first;
  switch (first) {
    case 'agent ends first':
      connection.once('end', () => connection.end(`got ${text}`));
      break;
    case 'service ends first':
      connection.once('end', () => heard.push(text)).end('said');
      break;
    case 'break me off':
      connection.destroy();
      break;
    case 'I break off':
      connection.once('close', () => broken.resolve()).write('x');
      break;
    default:
      void broken.promise.then(() => connection.end('all done'));
  }
  connection.on('data', (chunk: Buffer) => (text += chunk.toString()));
}
