import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFinding } from '../../src/cli/doctor/node-finding.ts';

const manifest = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
const { engines } = JSON.parse(manifest) as { engines: { node: string } };

describe('what doctor says of Node', () => {
  it('is that each line is in order from where package.json begins it, and the newest ones are', () => {
    const least = engines.node.split(' || ').map((range) => range.replace(/[^0-9.]/g, ''));
    const versions = [...least.map((line) => `${line}.0`), '20.20.2', '22.23.5', '25.0.0', '26.12.1'];
    expect(versions.filter((version) => !nodeFinding(version).ok)).toEqual([]);
  });

  it('is what to install where a line is older, or is none that packages support', () => {
    for (const version of ['18.20.8', '20.18.3', '21.7.3', '22.12.0', '23.11.1'])
      expect(nodeFinding(version)).toEqual({
        ...{ name: 'node', ok: false, detail: version },
        mend: 'install Node 20.19, 22.13, 24 or newer',
      });
  });
});
