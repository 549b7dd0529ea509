import { expect, it } from 'vitest';
import { calledAs } from '../../src/cli/output/called-as.ts';

const call = (script: string, environment = {}) => calledAs({ script, environment, directory: '/srv/clone' });

it('is the name where the program is installed', () => {
  expect(call('/usr/local/bin/bp-agents')).toBe('bp-agents');
});

it('goes by npx where npm has called it', () => {
  expect(call('/srv/clone/dist/main.js', { npm_command: 'run-script' })).toBe('npx bp-agents');
  expect(call('/srv/clone/node_modules/.bin/bp-agents', { npm_command: 'exec' })).toBe('npx bp-agents');
});

it('is Node with the file elsewhere, as a shell takes it', () => {
  expect(call('/srv/clone/dist/main.js')).toBe('node dist/main.js');
  expect(call('/opt/bp/dist/main.js')).toBe('node /opt/bp/dist/main.js');
  expect(call("/opt/ada's/dist/main.js")).toBe(String.raw`node '/opt/ada'\''s/dist/main.js'`);
});
