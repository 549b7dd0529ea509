import { Duplex, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDemultiplexer, readAttachedStream } from '../../../src/sandbox/docker/container/attached-stream.ts';

function frame(stream: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

function collect() {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const sinks = {
    stdout: (chunk: Uint8Array) => stdout.push(Buffer.from(chunk)),
    stderr: (chunk: Uint8Array) => stderr.push(Buffer.from(chunk)),
  };
  return { sinks, text: () => [Buffer.concat(stdout).toString('hex'), Buffer.concat(stderr).toString('hex')] };
}

describe('the demultiplexer', () => {
  it('gives each stream its bytes in order, whatever the frames and chunks', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 30 })));
    const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
    fc.assert(
      fc.property(frames, cuts, (sent, sizes) => {
        const { sinks, text } = collect();
        const demultiplexer = createDemultiplexer(sinks);
        const bytes = Buffer.concat(sent.map(([stream, body]) => frame(stream, body)));
        for (let offset = 0, index = 0; offset < bytes.length; index++) {
          const size = sizes[index % sizes.length]!;
          expect(demultiplexer.push(bytes.subarray(offset, offset + size))).toBe(true);
          offset += size;
        }
        const of = (number: number) => Buffer.concat(sent.filter(([stream]) => stream === number).map(([, b]) => b));
        expect(text()).toEqual([of(1).toString('hex'), of(2).toString('hex')]);
      }),
    );
  });

  it('hands on a large frame before it is whole', () => {
    const { sinks, text } = collect();
    createDemultiplexer(sinks).push(frame(1, Buffer.alloc(1000, 'a')).subarray(0, 18));
    expect(text()[0]).toBe('61'.repeat(10));
  });

  it('stops at a header that is none', () => {
    const { sinks, text } = collect();
    const demultiplexer = createDemultiplexer(sinks);
    expect(demultiplexer.push(Buffer.concat([frame(2, Buffer.from('x')), Buffer.from('plain text')]))).toBe(false);
    expect(demultiplexer.push(frame(1, Buffer.from('late')))).toBe(false);
    expect(text()).toEqual(['', '78']);
  });
});

describe('an attached stream', () => {
  it('is closed with its end, and says so to who still wants to write', async () => {
    const pipe = new PassThrough();
    const { sinks, text } = collect();
    const stream = readAttachedStream(pipe, sinks);
    expect(stream.lost).toBe(false);
    pipe.end(frame(1, Buffer.from('z')));
    await stream.closed;
    expect(stream.lost).toBe(true);
    expect(stream.sendLine('go')).toBe(false);
    expect(text()[0]).toBe('7a');
  });

  it('is closed, not thrown at anyone, by an error', async () => {
    const pipe = new Duplex({
      read: () => undefined,
      write: (_, __, done) => {
        done();
      },
    });
    const stream = readAttachedStream(pipe, collect().sinks);
    pipe.destroy(new Error('connection reset'));
    await stream.closed;
    expect(stream.lost).toBe(true);
  });

  it('is closed where it says nonsense', async () => {
    const pipe = new PassThrough();
    const stream = readAttachedStream(pipe, collect().sinks);
    pipe.write('HTTP/1.1 500');
    await stream.closed;
    expect(pipe.destroyed).toBe(true);
  });
});
