import { describe, expect, it } from 'vitest';
import { promptFrame } from '../../src/terminal/prompt-frame.ts';

const prompt = { id: 'prompt_3', agent_id: 'genesis', title: null, files: [], content: 'Here it is.' };

describe('the frame of a prompt', () => {
  it('says which request it answers, in a line that none of the agent can be', () => {
    const request = { id: 'request_2', text: 'Find me\na \u001b[2Jbook.' };
    const [, line, ...rest] = promptFrame({ ...prompt, request }, 60);
    expect(line).toBe('answers request_2: Find me␊a ␛[2Jbook.');
    expect(rest[0]).toBe('│ Here it is.');
    expect(promptFrame({ ...prompt, content: String(line) }, 60)[1]).toBe(`│ ${line}`);
  });

  it('is no wider than the screen, however long the request is', () => {
    const lines = promptFrame({ ...prompt, request: { id: 'request_2', text: '語'.repeat(10_000) } }, 40);
    expect(lines[1]?.endsWith('…')).toBe(true);
    expect(lines[1]?.length).toBeLessThan(40);
  });

  it('names a request whose text is gone, and none where there is none', () => {
    expect(promptFrame({ ...prompt, request: { id: 'request_2', text: '' } }, 40)[1]).toBe('answers request_2');
    expect(promptFrame(prompt, 40).join('\n')).not.toContain('answers');
  });
});
