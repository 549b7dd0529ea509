import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real disk of its own, small enough to be filled. Root's on Linux alone. */
export interface SmallDisk {
  readonly path: string;
  /** Writes until it is full, as somebody else does. */
  fill(): void;
  /** Takes away what `fill` wrote. */
  free(): void;
  readonly freeBytes: number;
  close(): void;
}

/** Files of one size, until there is no room for another. */
const TAKE = 'n=0; while fallocate --length "$2" "$1.$n"; do n=$((n + 1)); done; rm -f "$1.$n"';

/** A device in a file with an ext4 that keeps nothing back for root. */
export function openSmallDisk(megabytes: number): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'bp-disk-'));
  const [device, path] = [join(directory, 'device'), join(directory, 'disk')];
  mkdirSync(path);
  execFileSync('truncate', ['--size', `${megabytes}M`, device]);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '0', device]);
  execFileSync('mount', ['-o', 'loop', device, path]);
  const taken = join(path, 'taken-by-others');
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  };
  return {
    path,
    fill() {
      for (const size of ['1G', '16M', '1M', '64K', '4K'])
        execFileSync('sh', ['-c', TAKE, 'sh', `${taken}.${size}`, size], { stdio: 'ignore' });
    },
    free() {
      execFileSync('sh', ['-c', 'rm -f -- "$1"*', 'sh', taken]);
    },
    get freeBytes() {
      return freeBytes();
    },
    close() {
      execFileSync('umount', [path]);
      rmSync(directory, { recursive: true });
    },
  };
}
