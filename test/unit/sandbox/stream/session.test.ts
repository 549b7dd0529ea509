import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { dataFrame, FLAG, windowFrame } from '../../../../src/sandbox/stream/frame.ts';
import { Session } from '../../../../src/sandbox/stream/session.ts';
import { StreamBroken } from '../../../../src/sandbox/stream/stream-broken.ts';
import { streamExample } from '../../../helpers/stream-examples.ts';

const NONCE = Uint8Array.from({ length: 16 }, (_, index) => index);
const [CONTROL, OUTPUT, FIRST] = [1, 3, 5];
const CONNECTION_WINDOW = 49_152;
const OUTPUT_WINDOW = 262_144;
const PEER_WINDOW = 40_960;

/** A session whose supervisor is this test. */
function open({ answered = true } = {}) {
  const written: Buffer[] = [];
  const lines: string[] = [];
  const connections: Duplex[] = [];
  const printed: Buffer[] = [];
  const sources: string[] = [];
  let isKept = true;
  let together: Promise<void> | undefined;
  const unkept: (() => void)[] = [];
  const outlet = { write: (bytes: Uint8Array) => void written.push(Buffer.from(bytes)), waitingBytes: 0 };
  const session = new Session({
    nonce: NONCE,
    outputKept: 0,
    outlet,
    sinks: {
      answered: (from) => lines.push(`output from ${from}`),
      said: (line) => lines.push(line),
      printed: (piece, source) => {
        sources.push(source);
        printed.push(Buffer.from(piece));
        if (together) return together;
        return isKept ? Promise.resolve() : new Promise((resolve) => unkept.push(resolve));
      },
      connected: (connection) => connections.push(connection),
    },
  });
  if (answered) session.take(streamExample('supervisor answers'));
  return {
    ...{ session, outlet, lines, connections, sources },
    printed: () => Buffer.concat(printed),
    /** What was written since the last call, once it is. */
    written: async () => {
      await turn();
      return Buffer.concat(written.splice(0)).toString('hex');
    },
    keepNothing: () => (isKept = false),
    keepTogether: () => {
      together = Promise.resolve();
      return { then: vi.spyOn(together, 'then') };
    },
    keepAll: () => unkept.splice(0).forEach((kept) => kept()),
  };
}

async function connected() {
  const opened = open();
  opened.session.take(streamExample('supervisor opens a connection'));
  await opened.written();
  return { ...opened, connection: opened.connections[0]! };
}

const hex = (title: string) => streamExample(title).toString('hex');

describe('a session', () => {
  it('says and understands the examples of the docs', async () => {
    const { session, connections, lines, printed, written } = open({ answered: false });
    expect(await written()).toBe(hex('program greets'));
    session.take(streamExample('supervisor answers'));
    session.say('go');
    expect(await written()).toBe(hex('program says go'));
    session.take(streamExample('supervisor sends output'));
    session.take(streamExample('supervisor ends output'));
    expect(printed().toString()).toBe('hello\n');
    session.take(streamExample('supervisor opens a connection'));
    session.take(streamExample('supervisor sends data'));
    const connection = connections[0]!;
    expect(String(connection.read())).toBe('GET ');
    connection.end('2.0');
    // Data and end in two frames here; what they say is the same.
    expect(await written()).toBe(
      Buffer.concat([dataFrame(FIRST, Buffer.from('2.0')), dataFrame(FIRST, Buffer.alloc(0), FLAG.fin)]).toString(
        'hex',
      ),
    );
    session.take(streamExample('supervisor ends its side'));
    expect(connection.read()).toBeNull();
    session.take(windowFrame(7, 0, FLAG.syn));
    connections[1]!.destroy();
    expect(await written()).toBe(hex('program resets a connection'));
    expect(lines).toEqual(['output from 0']);
  });

  it('hears the same in whatever pieces it comes', () => {
    const bytes = Buffer.concat([
      streamExample('supervisor answers'),
      dataFrame(CONTROL, Buffer.from('{"a":1}\n{"b"')),
      streamExample('supervisor sends output'),
      dataFrame(CONTROL, Buffer.from(':2}\n')),
    ]);
    for (let size = 1; size < 60; size++) {
      const { session, lines, printed } = open({ answered: false });
      for (let at = 0; at < bytes.length; at += size) session.take(bytes.subarray(at, at + size));
      expect(lines).toEqual(['output from 0', '{"a":1}', '{"b":2}']);
      expect(printed().toString()).toBe('hello\n');
    }
  });

  it('finds the answer behind what was on its way when it attached', () => {
    const late = Buffer.concat([Buffer.alloc(100_000, 'BPS1'), streamExample('supervisor answers').subarray(0, 19)]);
    for (const size of [1000, 7919, 100_019]) {
      const { session, lines } = open({ answered: false });
      for (let at = 0; at < late.length; at += size) session.take(late.subarray(at, at + size));
      session.take(streamExample('supervisor answers'));
      expect(lines).toEqual(['output from 0']);
    }
  });

  it('gives up where no answer comes', () => {
    const { session } = open({ answered: false });
    const noise = Buffer.alloc(1_048_576);
    for (let count = 0; count < 8; count++) session.take(noise);
    expect(() => session.take(noise)).toThrow(StreamBroken);
  });

  it('keeps each connection within its window, and grants what was read', async () => {
    const { session, connection, written } = await connected();
    const piece = Buffer.alloc(16_384, 'x');
    for (let count = 0; count < 3; count++) session.take(dataFrame(FIRST, piece));
    expect(await written()).toBe('');
    let read = 0;
    for (let chunk: unknown = connection.read(); chunk !== null; chunk = connection.read())
      read += (chunk as Buffer).length;
    expect(read).toBe(CONNECTION_WINDOW);
    expect(await written()).toBe(windowFrame(FIRST, 32_768).toString('hex'));
    session.take(windowFrame(7, 0, FLAG.syn));
    for (let count = 0; count < 3; count++) session.take(dataFrame(7, piece));
    expect(() => session.take(dataFrame(7, Buffer.alloc(1)))).toThrow('data beyond a window');
  });

  it('sends no more than it was granted', async () => {
    const { session, connection, written } = await connected();
    connection.write(Buffer.alloc(100_000, 'y'));
    const first = Buffer.from(await written(), 'hex');
    expect(first.length).toBe(PEER_WINDOW + 3 * 12);
    session.take(windowFrame(FIRST, 1000));
    expect(Buffer.from(await written(), 'hex').length).toBe(1012);
  });

  it('holds back while the container does not read', async () => {
    const { session, connection, written, outlet } = await connected();
    outlet.waitingBytes = 600_000;
    connection.write('answer');
    expect(await written()).toBe('');
    outlet.waitingBytes = 0;
    session.drained();
    expect(await written()).toBe(dataFrame(FIRST, Buffer.from('answer')).toString('hex'));
    outlet.waitingBytes = 2_000_000;
    expect(() => session.take(windowFrame(FIRST, 1))).toThrow('the container does not read');
  });

  it('tells by which output something came', () => {
    const { session, sources, printed } = open();
    session.take(streamExample('supervisor sends output'));
    session.take(streamExample('supervisor sends output of stderr'));
    session.take(dataFrame(OUTPUT, Buffer.from('x')));
    expect(printed().toString()).toBe('hello\noh\nx');
    expect(sources).toEqual(['stdout', 'stderr', 'stdout']);
  });

  it('grants output only when it is kept', async () => {
    const { session, keepNothing, keepAll, written } = open();
    keepNothing();
    await written();
    for (let sent = 0; sent < OUTPUT_WINDOW; sent += 16_384) session.take(dataFrame(OUTPUT, Buffer.alloc(16_384)));
    expect(await written()).toBe('');
    expect(() => session.take(dataFrame(OUTPUT, Buffer.alloc(1)))).toThrow('output beyond its window');
    keepAll();
    expect(await written()).toBe(windowFrame(OUTPUT, 65_536).toString('hex').repeat(4));
  });

  it('tells of requests together with what is sent next', async () => {
    const { session, connection, written } = await connected();
    session.keepRequests(1);
    session.keepRequests(2);
    expect(await written()).toBe('');
    connection.write('x');
    const expected = [dataFrame(CONTROL, Buffer.from('requests 2\n')), dataFrame(FIRST, Buffer.from('x'))];
    expect(await written()).toBe(Buffer.concat(expected).toString('hex'));
  });

  it('tells of requests behind its greeting, never before it', async () => {
    const { session, written } = open({ answered: false });
    session.keepRequests(3);
    expect(await written()).toBe(hex('program greets'));
    session.take(streamExample('supervisor answers'));
    session.say('go');
    const expected = [dataFrame(CONTROL, Buffer.from('requests 3\n')), streamExample('program says go')];
    expect(await written()).toBe(Buffer.concat(expected).toString('hex'));
  });

  it('waits once for what is kept together, however small the pieces', async () => {
    const { session, keepTogether, written } = open();
    const { then } = keepTogether();
    await written();
    for (let count = 0; count < 70_000; count++) session.take(dataFrame(OUTPUT, Buffer.from('x')));
    expect(then).toHaveBeenCalledTimes(1);
    expect(await written()).toBe(windowFrame(OUTPUT, 70_000).toString('hex'));
    session.take(dataFrame(OUTPUT, Buffer.alloc(16_384)));
    expect(then).toHaveBeenCalledTimes(2);
  });

  it('breaks connections that the other side resets, and all of them at its own end', async () => {
    const { session, connections, connection } = await connected();
    const errors: unknown[] = [];
    connection.on('error', (error) => errors.push(error));
    session.take(windowFrame(FIRST, 0, FLAG.rst));
    session.take(windowFrame(7, 0, FLAG.syn));
    session.close();
    await turn();
    expect(errors).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it('carries content on streams of its own, one after the other', async () => {
    const { session, written } = open();
    await written();
    const first = session.openContent();
    expect(await written()).toBe(hex('program opens content and grants a window'));
    first.write(Buffer.from('4c8000000a', 'hex'));
    expect(await written()).toBe(hex('program asks for a list'));
    session.take(streamExample('supervisor grants a window of content'));
    first.write(Buffer.alloc(PEER_WINDOW + 100_000));
    await turn();
    expect((await written()).length / 2).toBeGreaterThan(PEER_WINDOW + 100_000);
    session.take(dataFrame(2, Buffer.from('answer')));
    expect(String(first.read())).toBe('answer');
    first.destroy();
    expect(await written()).toBe(windowFrame(2, 0, FLAG.rst).toString('hex'));
    session.take(dataFrame(2, Buffer.from('late')));
    session.openContent();
    expect((await written()).startsWith(windowFrame(4, 0, FLAG.syn).toString('hex'))).toBe(true);
    expect(() => session.take(dataFrame(6, Buffer.alloc(1)))).toThrow(StreamBroken);
  });

  it('drops what was on its way to a connection that is over', async () => {
    const { session, connection } = await connected();
    connection.destroy();
    await turn();
    const late = [
      dataFrame(FIRST, Buffer.alloc(10)),
      windowFrame(FIRST, 5),
      dataFrame(FIRST, Buffer.alloc(0), FLAG.fin),
    ];
    expect(() => late.forEach((frame) => session.take(frame))).not.toThrow();
  });

  const many = Buffer.concat(Array.from({ length: 65 }, (_, index) => windowFrame(FIRST + 2 * index, 0, FLAG.syn)));
  const withFin = dataFrame(FIRST, Buffer.alloc(0), FLAG.fin);
  it.each<[string, Buffer]>([
    ['another version', Buffer.from([1, ...dataFrame(CONTROL, Buffer.alloc(0)).subarray(1)])],
    ['another type', Buffer.from([0, 2, ...windowFrame(0, 0).subarray(2)])],
    ['another flag', windowFrame(FIRST, 0, 32)],
    ['a frame that is too long', dataFrame(OUTPUT, Buffer.alloc(16_385))],
    ['a stream that was never opened', dataFrame(FIRST, Buffer.alloc(1))],
    ['content that was never opened', dataFrame(2, Buffer.alloc(1))],
    ['a connection by an even number', windowFrame(6, 0, FLAG.syn)],
    ['a connection opened twice', Buffer.concat([windowFrame(7, 0, FLAG.syn), windowFrame(5, 0, FLAG.syn)])],
    ['more connections than there may be', many],
    ['a second end', Buffer.concat([windowFrame(FIRST, 0, FLAG.syn), withFin, withFin])],
    [
      'data after the end',
      Buffer.concat([windowFrame(FIRST, 0, FLAG.syn), withFin, dataFrame(FIRST, Buffer.alloc(1))]),
    ],
    ['a window that is too large', Buffer.concat([windowFrame(FIRST, 0, FLAG.syn), windowFrame(FIRST, 2 ** 31 - 1)])],
    ['a window for the output', windowFrame(OUTPUT, 1)],
    ['stderr of what is said', dataFrame(CONTROL, Buffer.from('{}'), FLAG.stderr)],
    ['stderr of a connection', dataFrame(FIRST, Buffer.from('x'), FLAG.syn | FLAG.stderr)],
    [
      'output after its end',
      Buffer.concat([dataFrame(OUTPUT, Buffer.alloc(0), FLAG.fin), dataFrame(OUTPUT, Buffer.alloc(1))]),
    ],
    ['control that ends', dataFrame(CONTROL, Buffer.alloc(0), FLAG.fin)],
    [
      'a line that is too long',
      Buffer.concat([dataFrame(CONTROL, Buffer.alloc(4000, 'x')), dataFrame(CONTROL, Buffer.alloc(97, 'x'))]),
    ],
  ])('is broken by %s', (_, bytes) => {
    const { session } = open();
    expect(() => session.take(bytes)).toThrow(StreamBroken);
  });
});
