// Runs one step of the JavaScript SDK after another, as they come on stdin, and answers each with what came of it.
import { createInterface } from 'node:readline';
import { Agent, Refused } from '../../runtime/sdk/javascript/bp.mjs';

const agent = new Agent();
for await (const line of createInterface({ input: process.stdin })) {
  const [called, given] = JSON.parse(line);
  const name = called.replace('=', '');
  if (name !== called) agent[name] = given[0];
  let told;
  try {
    const value =
      typeof agent[name] === 'function' ? await agent[name](...given.map((one) => one ?? undefined)) : agent[name];
    told = { value: value ?? null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    told = { refused: { ...error } };
  }
  console.log(`> ${JSON.stringify(told)}`);
}
