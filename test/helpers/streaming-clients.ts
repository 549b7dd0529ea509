/**
 * A process of its own that keeps streams open: for each line of its input, `socket token …` with a body at the end as
 * JSON, it opens a stream per pair and prints how many have brought their first chunk; they end with the process.
 */
import { request } from 'node:http';
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
  const { pairs, body, streams } = JSON.parse(line) as {
    readonly pairs: readonly (readonly [socketPath: string, token: string])[];
    readonly body: string;
    readonly streams: number;
  };
  const opened = Array.from({ length: streams }, (_, number) => open(pairs[number % pairs.length]!, body));
  process.stdout.write(`${(await Promise.all(opened)).length}\n`);
}

function open([socketPath, token]: readonly [string, string], body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${token}`,
    };
    const outgoing = request(
      { socketPath, method: 'POST', path: '/v1/chat/completions', headers, agent: false },
      (incoming) => {
        if (incoming.statusCode !== 200) reject(new Error(`status ${incoming.statusCode}`));
        incoming.on('data', () => resolve()).on('error', () => undefined);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
