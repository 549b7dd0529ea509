import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 500;

/**
 * Does the work while no other set-up of the same name does; a second one waits for the first.
 * The lock is a listening socket in Linux's abstract namespace: the kernel gives it back however its holder ends.
 * Elsewhere there is no such namespace, and two set-ups at once are not kept apart.
 * @template T
 * @param {string} name
 * @param {() => void} onWait Called once, where another one has to be waited for.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(name, onWait, work) {
  if (process.platform !== 'linux') return work();
  const address = `\0bp-agents-setup-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  let server = await listen(address);
  if (!server) onWait();
  while (!server) {
    await sleep(RETRY_MS);
    server = await listen(address);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

/**
 * Undefined where somebody else listens there.
 * @param {string} address
 */
async function listen(address) {
  const server = createServer((connection) => connection.destroy());
  server.listen(address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return server;
}
