import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { hello, http, raw, runBeside, SOCKET } from '../helpers/agent-connections.ts';
import { removeSupervised } from '../helpers/supervised.ts';

afterEach(removeSupervised);

describe('the relay', () => {
  it('carries requests of Python, requests and Node to the program', async () => {
    const { output } = await runBeside(http(hello), {
      files: {
        'main.py': `
import requests, subprocess, urllib.request
url = "http://127.0.0.1:8080/economic/balance"
print(urllib.request.urlopen(urllib.request.Request(url, headers={"x-agent": "urllib"})).read().decode())
print(requests.post(url, data="x", headers={"x-agent": "requests"}).text, flush=True)
subprocess.run(["node", "/workspace/fetch.mjs"], check=True)
`,
        'fetch.mjs': `
const answer = await fetch("http://127.0.0.1:8080/economic/balance", { headers: { "x-agent": "node" } });
console.log(await answer.text());
`,
      },
      memoryMb: 256,
    });
    expect(output.split('\n')).toEqual([
      'GET /economic/balance urllib',
      'POST /economic/balance requests',
      'GET /economic/balance node',
      '',
    ]);
  });

  it('carries megabytes both ways without losing a byte', async () => {
    const echo = raw((connection) => void connection.pipe(connection));
    const { output } = await runBeside(echo, {
      files: {
        'main.py': `${SOCKET}
import hashlib, threading
data = os.urandom(1 << 20) * 8
s = connect()
def send():
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
back = read_all(s)
print(len(back), hashlib.sha256(back).digest() == hashlib.sha256(data).digest())
`,
      },
    });
    expect(output).toBe(`${8 << 20} True\n`);
  });

  it('passes on the end of a request while the answer is still to come', async () => {
    const late = raw((socket) => {
      const chunks: Buffer[] = [];
      socket
        .on('data', (chunk: Buffer) => void chunks.push(chunk))
        .on('end', () => socket.end(`got ${Buffer.concat(chunks).toString()}`));
    });
    const { output } = await runBeside(late, {
      files: {
        'main.py': `${SOCKET}
s = connect()
s.sendall(b"all of it")
s.shutdown(socket.SHUT_WR)
print(read_all(s).decode())
`,
      },
    });
    expect(output).toBe('got all of it\n');
  });

  it('gives the whole answer of a service that answers early and closes', async () => {
    const early = raw((connection) => {
      connection.once('data', () => connection.end('413 too large', () => connection.destroy()));
    });
    const { output } = await runBeside(early, {
      files: {
        'main.py': `${SOCKET}
s = connect()
try:
    for _ in range(100): s.sendall(b"x" * 65536)
except OSError:
    pass
try:
    print(s.recv(100).decode())
except OSError as error:
    print(error)
`,
      },
    });
    expect(output).toBe('413 too large\n');
  });

  it('breaks off towards the program when the agent does', async () => {
    let closed = 0;
    const counting = raw((socket) => {
      socket.on('close', () => void (closed += 1));
      socket.once('data', (chunk: Buffer) => {
        if (chunk.toString() === 'how many?') socket.end(String(closed));
        else socket.write('x'.repeat(1_000_000));
      });
    });
    const { output } = await runBeside(counting, {
      files: {
        'main.py': `${SOCKET}
import struct
for _ in range(10):
    s = connect()
    s.sendall(b"flood")
    s.recv(1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
closed = 0
while closed < 10:
    time.sleep(0.1)
    s = connect()
    s.sendall(b"how many?")
    closed = int(read_all(s))
    s.close()
print("all")
`,
      },
    });
    expect(output).toBe('all\n');
  });

  it('frees the place of a connection that the service has closed in two steps, though the agent keeps it', async () => {
    const twoSteps = raw((socket) => {
      socket.once('data', () => {
        socket.end('done');
        setTimeout(() => socket.destroy(), 100);
      });
    });
    const { output } = await runBeside(twoSteps, {
      files: {
        'main.py': `${SOCKET}
held = []
for _ in range(50):
    held.append(connect())
    held[-1].sendall(b"x")
print(sum(read_all(s) == b"done" for s in held))
`,
      },
      openFiles: 64,
    });
    expect(output).toBe('50\n');
  });

  it('frees the place of a request that the agent has given up before an answer came', async () => {
    const picky = raw((socket) => {
      socket.once('data', (chunk: Buffer) => {
        if (chunk.toString() === 'answer') socket.end('done');
      });
    });
    const { output } = await runBeside(picky, {
      files: {
        'main.py': `${SOCKET}
import struct
for _ in range(50):
    s = connect()
    s.sendall(b"silence")
    s.shutdown(socket.SHUT_WR)
    time.sleep(0.02)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
s = connect()
s.sendall(b"answer")
print(read_all(s).decode())
`,
      },
      openFiles: 64,
    });
    expect(output).toBe('done\n');
  });

  it('holds back a service whose answer nobody reads, rather than keep it in memory', async () => {
    let sent = 0;
    const flood = raw((socket) => {
      const more = () => {
        while (socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on('drain', more);
      more();
    });
    const { output } = await runBeside(flood, {
      files: { 'main.py': `${SOCKET}\nheld = [connect() for _ in range(20)]\ntime.sleep(1)\nprint(resident_kb())\n` },
    });
    expect(Number(output)).toBeLessThan(8000);
    expect(sent).toBeLessThan(100_000_000);
  });

  it('serves more connections at once than it holds, one after the other', async () => {
    const { output } = await runBeside(http(hello), {
      files: {
        'main.mjs': `
const get = async () => (await fetch("http://127.0.0.1:8080/", { headers: { connection: "close" } })).status;
const answers = await Promise.all(Array.from({ length: 300 }, get));
console.log(answers.filter((status) => status === 200).length);
`,
      },
      memoryMb: 256,
      parameters: { '--nofile': '1024' },
    });
    expect(output).toBe('300\n');
  });

  it('does with few descriptors', async () => {
    const { output } = await runBeside(http(hello), {
      files: {
        'main.py': `${SOCKET}
held = [connect() for _ in range(40)]
for s in held: s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
print(sum(read_all(s).startswith(b"HTTP/1.1 200") for s in held))
`,
      },
      openFiles: 64,
    });
    expect(output).toBe('40\n');
  });

  it('breaks off with the agent where the program does', async () => {
    const { output } = await runBeside(
      raw((connection) => void connection.once('data', () => connection.destroy())),
      {
        files: {
          'main.py': `${SOCKET}
s = connect()
s.sendall(b"x")
try: print(s.recv(1))
except ConnectionResetError: print("reset")
`,
        },
      },
    );
    expect(output).toBe('reset\n');
  });

  it('keeps 64 connections open at once, each with its own answer, in little memory', async () => {
    const large = randomBytes(100_000);
    const { output } = await runBeside(
      raw((connection) => void connection.once('data', () => connection.end(large))),
      {
        files: {
          'main.py': `${SOCKET}
idle = resident_kb()
held = [connect() for _ in range(64)]
for s in held: s.sendall(b"x")
time.sleep(1)
full = resident_kb()
answers = {read_all(s) for s in held}
import hashlib
print(idle, full, len(answers), hashlib.sha256(answers.pop()).hexdigest())
`,
        },
      },
    );
    const [idle, full, different, digest] = output.trim().split(' ');
    expect([different, digest]).toEqual(['1', createHash('sha256').update(large).digest('hex')]);
    expect(Number(idle)).toBeLessThan(2000);
    expect(Number(full)).toBeLessThan(5000);
  });

  it('costs nothing while connections lie idle, half closed or hung up', async () => {
    const states = raw((socket) => {
      socket.once('data', (chunk: Buffer) => {
        if (chunk.toString() === 'half') socket.end('bye');
        if (chunk.toString() === 'full') socket.destroy();
      });
    });
    const { ended } = await runBeside(states, {
      files: {
        'main.py': `${SOCKET}
held = []
for what in (b"idle", b"half", b"full") * 5:
    s = connect()
    s.sendall(what)
    held.append(s)
time.sleep(3)
os._exit(0)
`,
      },
    });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0 });
    expect(ended['cpu_us']).toBeLessThan(700_000);
  });
});
