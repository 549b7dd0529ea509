import type { ExecutionRequest } from '../../src/sandbox/sandbox.ts';
import { files, python } from './docker-sandbox.ts';

type Files = ExecutionRequest['files'];

/** Perl is there for a few milliseconds before it forks, so that a small budget is spent on the storm. */
function perl(text: string): Files {
  return files({ main: `#!/usr/bin/perl\n${text}\n` }, true);
}

/** Who is refused a process asks again: an agent that took itself for its child would end of itself. */
const BORN = 'sub born { my $pid; do { $pid = fork } until defined $pid; $pid }';

/** Agents that make processes as fast as they can, or threads, until they are ended. */
export const FORK_STORMS: Readonly<Record<string, Files>> = {
  'fork bomb': perl('while (1) { fork }'),
  'fork bomb of large processes': python('import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n'),
  'short lives, SIGCHLD ignored': perl(`${BORN}
$SIG{CHLD} = 'IGNORE'; fork for 1..3; while (1) { born or exit }`),
  'daemons that fork twice': perl(`use POSIX; ${BORN}
while (1) { next if born; POSIX::setsid(); if (!born) { while (1) { born and POSIX::_exit(0) } } POSIX::_exit(0) }`),
  'programs by vfork': python(`import os
for _ in range(3): os.fork()
while True:
    try: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    except OSError: pass
`),
  'threads that spin': python(`import threading
def spin():
    while True: pass
while True:
    try: threading.Thread(target=spin).start()
    except RuntimeError: pass
`),
};

/** What 200 large processes cost to make and to end, done by one that has bought it. */
export const HONEST_PROCESSES: Files = python(`import os, signal
pids = []
for _ in range(200):
    pid = os.fork()
    if pid == 0:
        while True: signal.pause()
    pids.append(pid)
for pid in pids: os.kill(pid, 9)
for pid in pids: os.waitpid(pid, 0)
`);
