import { execFileSync } from 'node:child_process';

/** The interpreter itself: what stands first in the path may be a wrapper that costs more than the program. */
export const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
