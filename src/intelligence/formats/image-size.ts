/** Pixels, as an image's own header says. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Base64 of a header: a JPEG may hold a profile and a thumbnail before its size. */
const HEADER_CHARS_MAX = 262_144;

/** In one of its two alphabets: of what else there is every decoder thinks otherwise. */
const BASE64 = /^(?:[A-Za-z0-9+/\s]*|[\w\s-]*)={0,2}\s*$/;

/**
 * The size of an image in base64 that begins at `start`; undefined where its kind isn't known here, or where its header is
 * broken or could be read in two ways.
 */
export function imageSize(base64: string, start = 0): ImageSize | undefined {
  const header = base64.slice(start, start + HEADER_CHARS_MAX);
  if (!BASE64.test(header)) return undefined;
  const bytes = Buffer.from(header, 'base64');
  const size = png(bytes) ?? gif(bytes) ?? webp(bytes) ?? jpeg(bytes);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function png(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47 || bytes.toString('latin1', 12, 16) !== 'IHDR')
    return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Of the whole screen, or of the first frame where that is larger: some decoders let the screen grow with it. */
function gif(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 13 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return undefined;
  let at = 13 + colours(bytes[10]);
  // Extensions, each in blocks that tell their length, the last one 0.
  while (bytes[at] === 0x21) {
    at += 2;
    for (let length = bytes[at]; length !== 0; length = bytes[at]) {
      if (length === undefined) return undefined;
      at += 1 + length;
    }
    at++;
  }
  if (bytes[at] !== 0x2c || at + 9 > bytes.length) return undefined;
  const [left, top, width, height] = [1, 3, 5, 7].map((place) => bytes.readUInt16LE(at + place));
  return {
    width: Math.max(bytes.readUInt16LE(6), left! + width!),
    height: Math.max(bytes.readUInt16LE(8), top! + height!),
  };
}

/** Bytes of a GIF's table of colours. */
function colours(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function webp(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 30 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP')
    return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** Segment after segment until the one that begins a frame. */
function jpeg(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // These have no length. What would be taken for one hides the frame that a decoder finds right behind them.
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9)) return undefined;
    // C4, C8 and CC are tables, no frames.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
