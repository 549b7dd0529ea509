import { StringDecoder } from 'node:string_decoder';

/** The beginning of a text that comes in pieces, on one line, and at most so many characters of it. */
export interface TextHead {
  push(chunk: Uint8Array): void;
  readonly text: string;
}

export function createTextHead(charsMax: number): TextHead {
  const decoder = new StringDecoder('utf8');
  let text = '';
  return {
    push(chunk) {
      if (text.length >= charsMax) return;
      text = (text + decoder.write(Buffer.from(chunk)).replace(/\s+/g, ' ')).slice(0, charsMax);
    },
    get text() {
      return text.trim();
    },
  };
}
