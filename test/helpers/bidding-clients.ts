/**
 * A process of its own that bids as fast as it is answered: one connection per agent, each with one request at a time.
 * For each line of its input, `milliseconds socket token …`, it prints how many bids were accepted in that time.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const BODY = JSON.stringify({ bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 }, amount: 100 });

for await (const line of createInterface({ input: process.stdin })) {
  const [milliseconds, ...pairs] = line.split(' ');
  const until = performance.now() + Number(milliseconds);
  const counts = [];
  for (let place = 0; place < pairs.length; place += 2) counts.push(bidUntil(until, pairs[place]!, pairs[place + 1]!));
  const accepted = await Promise.all(counts);
  process.stdout.write(`${accepted.reduce((sum, count) => sum + count, 0)}\n`);
}

/** Resolves with how many were accepted. */
function bidUntil(until: number, socketPath: string, token: string): Promise<number> {
  const request =
    `POST /market/bid HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
  return new Promise((resolve, reject) => {
    let accepted = 0;
    let answer = '';
    const socket = connect(socketPath, () => socket.write(request));
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += String(chunk);
      const [head = '', body] = answer.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (body === undefined || body.length < length) return;
      if (!head.startsWith('HTTP/1.1 201')) reject(new Error(answer));
      accepted++;
      answer = '';
      if (performance.now() < until) socket.write(request);
      else socket.end();
    });
    socket.once('close', () => resolve(accepted)).once('error', reject);
  });
}
