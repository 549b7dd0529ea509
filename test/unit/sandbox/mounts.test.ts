import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountTargets } from '../../../src/sandbox/content/mount-targets.ts';
import { mountsBelow } from '../../../src/sandbox/content/mounts.ts';

describe('what is mounted', () => {
  it('is read with blanks, tabs and backslashes in its names', () => {
    const text = [
      '25 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
      '90 25 7:3 /workspace /tmp/my\\040home/a\\011b\\134c rw,nosuid - ext4 /dev/loop3 rw',
      '',
    ].join('\n');
    expect(mountTargets(text)).toEqual(['/', '/tmp/my home/a\tb\\c']);
  });

  it('is found where a link leads to it', async () => {
    if (process.platform !== 'linux') return;
    const directory = mkdtempSync(join(tmpdir(), 'bp-link-'));
    try {
      symlinkSync('/proc', join(directory, 'link'));
      expect(await mountsBelow(join(directory, 'link'))).toContain('/proc');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
