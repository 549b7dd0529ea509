import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentTo } from '../../../src/sandbox/docker/container/container-attachment.ts';
import { createDemultiplexer } from '../../../src/sandbox/docker/container/demultiplexer.ts';

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

describe('an attachment', () => {
  function attached() {
    const pipe = new PassThrough();
    const attachment = attachmentTo(pipe, () => undefined);
    const closed = new Promise<string>((resolve) => {
      const heard: Buffer[] = [];
      attachment.listen({
        received: (chunk) => heard.push(Buffer.from(chunk)),
        drained: () => undefined,
        closed: () => resolve(Buffer.concat(heard).toString()),
      });
    });
    return { pipe, attachment, closed };
  }

  it('is closed once all that came before its end was handed on', async () => {
    const { pipe, closed } = attached();
    pipe.end(frame(1, Buffer.from('last')));
    expect(await closed).toBe('last');
  });

  it('is closed, not thrown at anyone, by an error', async () => {
    const { pipe, attachment, closed } = attached();
    pipe.destroy(new Error('connection reset'));
    expect(await closed).toBe('');
    expect(() => attachment.write(Buffer.from('late'))).not.toThrow();
  });

  it('is closed where it says nonsense', async () => {
    const { pipe, closed } = attached();
    pipe.write('HTTP/1.1 500');
    expect(await closed).toBe('');
    expect(pipe.destroyed).toBe(true);
  });
});
