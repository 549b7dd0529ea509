import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { hello, http, raw, runBeside, SOCKET } from '../helpers/agent-connections.ts';
import { removeSupervised, supervise } from '../helpers/supervised.ts';

afterEach(removeSupervised);

describe('the one stream', () => {
  it('lets neither output nor a flood on one connection hold up another', async () => {
    const { output } = await runBeside(
      raw((connection) => {
        // A flood is never read.
        connection.once('readable', () => {
          const chunk = connection.read(4) as Buffer | null;
          if (chunk?.toString() === 'ping') connection.end('pong');
        });
      }),
      {
        files: {
          'main.py': `${SOCKET}
import sys, threading
def flood():
    s = connect()
    try:
        while True: s.sendall(b"x" * 65536)
    except OSError: pass
def shout():
    while True: sys.stderr.write("y" * 65535 + "\\n")
for work in (flood, flood, shout): threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
slowest = 0
for _ in range(20):
    began = time.monotonic()
    s = connect()
    s.sendall(b"ping")
    assert read_all(s) == b"pong"
    slowest = max(slowest, time.monotonic() - began)
os.write(1, b"\\nslowest %d ms\\n" % (slowest * 1000))
os._exit(0)
`,
        },
      },
    );
    expect(Number(/slowest (\d+) ms/.exec(output)?.[1])).toBeLessThan(5000);
  });

  it('brings a request that is sent byte by byte, by its length or in chunks of one byte, as it was sent', async () => {
    const digest: RequestListener = (request, response) => {
      const hash = createHash('sha256');
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        bytes += chunk.length;
      });
      request.on('end', () => response.end(`${bytes} ${hash.digest('hex')}`));
    };
    const { output } = await runBeside(http(digest), {
      files: {
        'main.py': `${SOCKET}
import hashlib
def ask(head, pieces):
    s = connect()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for at in range(len(head)): s.sendall(head[at:at + 1])
    for piece in pieces: s.sendall(piece)
    return read_all(s).split(b"\\r\\n\\r\\n")[1]
body = os.urandom(20_000)
told = b"%d %s" % (len(body), hashlib.sha256(body).hexdigest().encode())
single = [body[at:at + 1] for at in range(len(body))]
start = b"POST / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n"
answer = ask(start + b"Content-Length: %d\\r\\n\\r\\n" % len(body), single)
print(answer == told)
chunks = [part for byte in single for part in (b"1", b"\\r", b"\\n", byte, b"\\r", b"\\n")]
answer = ask(start + b"Transfer-Encoding: chunked\\r\\n\\r\\n", [*chunks, b"0\\r\\n\\r\\n"])
print(told in answer)
`,
      },
    });
    expect(output).toBe('True\nTrue\n');
  });

  it('goes on for an agent whose program was killed in the middle of a frame, and greets anew', async () => {
    const supervised = await supervise({
      serve: http(hello),
      files: {
        'main.py': `${SOCKET}
held = connect()
held.sendall(b"POST / HTTP/1.1\\r\\n")
print("asking", flush=True)
try: print(held.recv(1))
except ConnectionResetError: print("reset")
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:8080/").status)
`,
      },
    });
    supervised.say('go');
    await expect.poll(() => supervised.output(), { timeout: 120_000 }).toBe('asking\n');
    // 100 bytes of data for the connection, of which seven come.
    supervised.write(Buffer.from('00000000000000050000006448545450', 'hex'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    supervised.hangUp();
    await supervised.attach();
    expect(await supervised.line('ready')).toMatchObject({ going: true });
    expect(await supervised.line('ended')).toMatchObject({ exit_code: 0, output_bytes: 17 });
    expect(supervised.lines.map(({ event }) => event)).toEqual(['ready', 'started', 'ended']);
    expect(supervised.output()).toBe('asking\nreset\n200\n');
  });

  it('holds what is printed for a program that is away, and the agent where that is too much', async () => {
    const size = 1_500_000;
    const text = `
import hashlib, os, sys
data = os.urandom(${size / 2}).hex().encode()
print(hashlib.sha256(data).hexdigest(), flush=True)
sys.stdout.buffer.write(data)
`;
    const supervised = await supervise({ files: { 'main.py': text } });
    supervised.say('go');
    await supervised.line('started');
    supervised.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await supervised.attach();
    expect(await supervised.line('ended')).toMatchObject({ exit_code: 0, output_bytes: 65 + size });
    const output = supervised.output();
    expect(output.length).toBe(65 + size);
    expect(createHash('sha256').update(output.slice(65)).digest('hex')).toBe(output.slice(0, 64));
  });
});
