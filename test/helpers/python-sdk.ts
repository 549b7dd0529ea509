import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** OpenAI's, which Debian's stable release has (neither Anthropic's nor Google's), and what it needs. */
const PACKAGES = [
  ...['openai', 'annotated-types', 'anyio', 'certifi', 'distro', 'h11', 'httpcore', 'httpx', 'idna', 'pydantic'],
  ...['pydantic-core', 'sniffio', 'tqdm', 'typing-extensions'],
].map((name) => `python3-${name}`);

/** As that of the agent image, for whose Python one of them is compiled. */
const SUITE = 'trixie';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MIRROR = 'http://deb.debian.org/debian';

/**
 * Puts the Python SDK of OpenAI into an agent's folder, where its main.py finds it. Its packages come from this
 * machine's mirror of Debian, into a world of apt's own: nothing is installed.
 */
export function bringPythonSdk(folder: string): void {
  const world = mkdtempSync(join(tmpdir(), 'bp-python-'));
  try {
    const apt = aptIn(world);
    apt('update');
    apt('download', ...PACKAGES);
    for (const file of readdirSync(world).filter((name) => name.endsWith('.deb')))
      execFileSync('dpkg-deb', ['-x', join(world, file), join(world, 'root')]);
    cpSync(join(world, 'root/usr/lib/python3/dist-packages'), folder, { recursive: true });
  } finally {
    rmSync(world, { recursive: true, force: true });
  }
}

function aptIn(world: string): (...words: readonly string[]) => void {
  for (const path of ['lists/partial', 'archives/partial']) mkdirSync(join(world, path), { recursive: true });
  const sources = join(world, 'sources.list');
  writeFileSync(sources, `deb [signed-by=${KEYRING}] ${mirror()} ${SUITE} main\n`);
  writeFileSync(join(world, 'status'), '');
  const options = [
    ...[`Dir::Etc::SourceList=${sources}`, 'Dir::Etc::SourceParts=/dev/null', `Dir::State=${world}`],
    ...[`Dir::State::Status=${world}/status`, `Dir::Cache=${world}`, 'APT::Sandbox::User=root'],
    ...['Debug::NoLocking=true', 'APT::Update::Error-Mode=any'],
  ].flatMap((option) => ['-o', option]);
  return (...words) => void execFileSync('apt-get', [...options, '-qq', ...words], { cwd: world, stdio: 'pipe' });
}

/** That of this machine, where it has one. */
function mirror(): string {
  const format = ['--format', '$(LABEL)|$(REPO_URI)', 'Created-By: Packages'];
  const lines = execFileSync('apt-get', ['indextargets', ...format], { encoding: 'utf8' }).split('\n');
  const [own] = lines.filter((line) => /^Debian\|https?:/.test(line));
  return own?.slice('Debian|'.length) ?? MIRROR;
}
