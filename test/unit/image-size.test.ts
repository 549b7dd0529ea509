import { describe, expect, it } from 'vitest';
import { imageSize } from '../../src/intelligence/formats/image-size.ts';

const png = (width: number, height: number) => {
  const bytes = Buffer.alloc(33);
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};
const gif = (...before: readonly number[]) =>
  Buffer.concat([
    Buffer.from('GIF89a\x40\x01\xf0\x00\x80\0\0\0\0\0\xff\xff\xff', 'latin1'),
    Buffer.from([...before, 0x2c, 0, 0, 0, 0, 0x10, 0, 0x10, 0, 0]),
  ]);
/** A frame of 4096 × 8192 at 1, 2 on a screen of 320 × 240. */
const grown = gif(0x2c, 1, 0, 2, 0, 0, 0x10, 0, 0x20, 0);
const noted = gif(0x21, 0xf9, 4, 0, 0, 0, 0, 0, 0x21, 0xfe, 2, 0x2c, 0x2c, 1, 7, 0);
const jpeg = (marker: number, before = 20) =>
  Buffer.from([
    ...[0xff, 0xd8, 0xff, 0xe1, before >> 8, before & 255, ...new Array<number>(before - 2).fill(7)],
    ...[0xff, 0xc4, 0, 4, 0, 0, 0xff, 0xff, marker, 0, 11, 8, 0x01, 0x00, 0x02, 0x00, 1, 1, 0, 0],
  ]);
const webp = (kind: string, body: readonly number[]) =>
  Buffer.concat([
    Buffer.from(`RIFF\0\0\0\0WEBP${kind}\0\0\0\0`, 'latin1'),
    Buffer.from([...body, ...new Array<number>(12).fill(0)]),
  ]);

describe('the size of an image', () => {
  it.each<[string, Buffer, number, number]>([
    ['PNG', png(640, 480), 640, 480],
    ['GIF', gif(), 320, 240],
    ['GIF, after extensions', noted, 320, 240],
    ['GIF whose frame is larger than its screen', grown, 4097, 8194],
    ['JPEG', jpeg(0xc0), 512, 256],
    ['progressive JPEG, after a profile', jpeg(0xc2, 60_000), 512, 256],
    ['lossy WebP', webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x10, 0x40, 0x20, 0x00]), 16, 32],
    ['lossless WebP', webp('VP8L', [0x2f, 0x0f, 0xc0, 0x07, 0x00]), 16, 32],
    ['extended WebP', webp('VP8X', [0, 0, 0, 0, 0x0f, 0, 0, 0x1f, 0, 0]), 16, 32],
  ])('%s', (_, bytes, width, height) => {
    expect(imageSize(bytes.toString('base64'))).toEqual({ width, height });
    expect(imageSize(`data:,${bytes.toString('base64')}`, 6)).toEqual({ width, height });
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not an image at all, but long enough for one')],
    ['a PNG without pixels', png(0, 5)],
    ['half a header', png(640, 480).subarray(0, 20)],
    ['a JPEG without a frame', Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0, 2, 0, 0, 0, 0, 0, 0])],
    ['a JPEG whose segment is longer than all of it', Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 0, 0, 0, 0, 0])],
    ['a GIF without a frame', gif().subarray(0, 19)],
    ['a GIF whose extension has no end', gif(0x21, 0xf9, 255)],
    ...[0x00, 0x01, 0xd0, 0xd7, 0xd8].map((marker): [string, Buffer] => [
      `a JPEG that hides its frame behind the marker ${marker}, which has no length`,
      Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, marker, 0, 22]), Buffer.alloc(20), jpeg(0xc0).subarray(2)]),
    ]),
    ['a JPEG whose segment has no length', Buffer.from([0xff, 0xd8, ...new Array<number>(50).fill(0)])],
  ])('can not be told of %s', (_, bytes) => {
    expect(imageSize(bytes.toString('base64'))).toBeUndefined();
  });

  it('is the same in both alphabets and in lines, and can not be told where they are mixed', () => {
    const bytes = Buffer.concat([png(640, 480), Buffer.from('fbefbefff', 'hex')]);
    const size = { width: 640, height: 480 };
    expect(imageSize(bytes.toString('base64url'))).toEqual(size);
    expect(imageSize(bytes.toString('base64').replaceAll(/(.{20})/g, '$1\r\n'))).toEqual(size);
    expect(imageSize(`${bytes.toString('base64')}-_`)).toBeUndefined();
    expect(imageSize(bytes.toString('base64').replace('A', 'A!'))).toBeUndefined();
  });
});
