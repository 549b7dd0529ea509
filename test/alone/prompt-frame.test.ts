import { expect, it } from 'vitest';
import { promptFrame } from '../../src/terminal/prompt-frame.ts';
import { cpuMsOf } from '../helpers/cpu-time.ts';

const frame = (content: string) =>
  promptFrame({ id: 'prompt_3', agent_id: 'genesis', title: null, content, files: [] }, 40);

it('the frame of a longer prompt takes longer in proportion, not in its square', () => {
  const short = cpuMsOf(() => frame('語'.repeat(6_000)));
  const long = cpuMsOf(() => frame('語'.repeat(60_000)));
  expect(long).toBeLessThan(40 * short);
});
