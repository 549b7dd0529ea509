import { refuse } from '../domain/refusal.ts';
import { INVALID_REQUEST, PARSE_ERROR, readMessage, rpcError } from '../protocol/mcp/message.ts';
import { answerRequest, type McpMethods } from '../protocol/mcp/mcp-methods.ts';
import { parseJsonBody } from '../protocol/json-body.ts';

export interface StdioStreams {
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more. */
  readonly write: (line: string) => Promise<void>;
}

/** Longer than any message that a tool takes. */
const LINE_BYTES_MAX = 1_048_576;
/** Levels of nesting around the arguments. */
const ENVELOPE_LEVELS = 2;
const NEWLINE = 0x0a;

/**
 * MCP over stdin and stdout: each line is a message, each answer is a line. One message after the other, so that nothing
 * grows while the client doesn't read. Resolves when the input has ended.
 */
export async function serveStdio(methods: McpMethods<void>, { input, write }: StdioStreams): Promise<void> {
  for await (const line of linesOf(input)) {
    const answer = await answerTo(methods, line);
    // JSON has no line break of its own in it.
    if (answer) await write(`${JSON.stringify(answer)}\n`);
  }
}

/** Undefined for what wants no answer. */
async function answerTo(methods: McpMethods<void>, line: Uint8Array | undefined): Promise<object | undefined> {
  if (!line) {
    const limit = LINE_BYTES_MAX;
    return rpcError(null, INVALID_REQUEST, refuse('body_too_large', `a message is at most ${limit} bytes`, { limit }));
  }
  const body = parseJsonBody(line, { wrappedIn: ENVELOPE_LEVELS });
  if (!body.ok) return rpcError(null, body.code === 'invalid_json' ? PARSE_ERROR : INVALID_REQUEST, body);
  const message = readMessage(body.value);
  if (!message.ok) return rpcError(null, INVALID_REQUEST, message);
  return message.value && answerRequest(methods, message.value, undefined);
}

/** Without their ends, the empty ones left out; undefined in the place of one that is too long. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | undefined> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const taken = () => {
    const line = bytes > LINE_BYTES_MAX ? undefined : Buffer.concat(parts);
    [parts, bytes] = [[], 0];
    return line;
  };
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      bytes += end - from;
      if (bytes <= LINE_BYTES_MAX) parts.push(chunk.subarray(from, end));
      from = end + 1;
      const line = taken();
      if (line?.toString('latin1').trim() !== '') yield line;
    }
    bytes += chunk.length - from;
    // What is over the limit is counted, not kept.
    if (bytes <= LINE_BYTES_MAX) parts.push(chunk.subarray(from));
  }
}
