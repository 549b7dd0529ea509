import { PERMISSIONS } from './entry.ts';
import { pathBytes, type BytePath } from './byte-path.ts';

/** What the program asks a porter for; docs/stream.md describes each. */
const REQUEST = {
  ...{ list: 'L', weigh: 'W', get: 'G', take: 'T' },
  ...{ file: 'F', folder: 'M', link: 'S', mode: 'C', remove: 'X' },
} as const;
const UNLOCK = 0x8000_0000;

/** Bytes of one piece of a file. */
export const PIECE_BYTES_MAX = 65_536;

export function listRequest(entriesMax: number, { unlock }: { readonly unlock: boolean }): Buffer {
  return Buffer.concat([letter(REQUEST.list), u32(unlock ? UNLOCK + entriesMax : entriesMax)]);
}

export function weighRequest(entriesMax: number): Buffer {
  return Buffer.concat([letter(REQUEST.weigh), u32(entriesMax)]);
}

export function getRequest(path: BytePath): Buffer {
  return Buffer.concat([letter(REQUEST.get), counted(pathBytes(path))]);
}

export function takeRequest(paths: readonly BytePath[], bytesMax: number): Buffer {
  const places = paths.map((path) => counted(pathBytes(path)));
  return Buffer.concat([letter(REQUEST.take), u16(paths.length), u64(BigInt(bytesMax)), ...places]);
}

/** Pieces and an end follow. */
export function fileRequest(path: BytePath, mode: number): Buffer {
  return Buffer.concat([letter(REQUEST.file), counted(pathBytes(path)), u16(mode & PERMISSIONS)]);
}

export function piece(offset: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([letter('D'), u64(BigInt(offset)), u32(bytes.length), bytes]);
}

export function fileEnd(size: number, modifiedNs: bigint): Buffer {
  return Buffer.concat([letter('.'), u64(BigInt(size)), u64(modifiedNs)]);
}

export function folderRequest(path: BytePath, mode: number): Buffer {
  return Buffer.concat([letter(REQUEST.folder), counted(pathBytes(path)), u16(mode & PERMISSIONS)]);
}

/** The target is in latin1, as a path is. */
export function linkRequest(path: BytePath, target: string): Buffer {
  return Buffer.concat([letter(REQUEST.link), counted(pathBytes(path)), counted(pathBytes(target))]);
}

export function removeRequest(path: BytePath): Buffer {
  return Buffer.concat([letter(REQUEST.remove), counted(pathBytes(path))]);
}

function letter(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function counted(bytes: Buffer): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Two's complement, as the times are. */
function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
