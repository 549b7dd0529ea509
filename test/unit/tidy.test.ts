import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

// Lint rules of our own: what no linter knows of this project.

const ROOT = join(import.meta.dirname, '..', '..');
const LINES_MAX = 350;

/** A migration that has run somewhere stays as it is; a change is a new file, with its line here. */
const MIGRATIONS: Readonly<Record<string, string>> = {
  '0001-initial.sql': 'dcc33e2a635499af7dba1d720074bd4f33b1e4bda3d5c4d8576c7c7e07023cbd',
  '0002-envelope.sql': '21586d190c21d61f9f1cb37099a2700eee2486c1cbeb966e47652751fe4ed7fb',
  '0003-proof.sql': 'f637930c4a38ad7191087d6b420e3bde0099fd12e0c0117ed8dca8ae1ddcc212',
  '0004-calls.sql': '3e57a194197de1a86821c8068ba0f375aaabef1eab2057172c8913f47d2a7875',
  '0005-experiments.sql': '358f42de9e5654e610d3a3a3b768b9b21a3b485d105968c6a767f5d0ce3ffffa',
  '0006-held-limits.sql': '290d628024c88064266db42d08096ca9d1ca66b4f3f6fd7dfe5b163f7fd6b3b3',
  '0007-spending.sql': 'c511d8521608107a7758c4fff6d0e69dd62d31b3db54c0463441ec73844809dc',
  '0008-privacy.sql': 'f8a54097f5dfea3c981a388a7e741607cdb181d03d85c07696d5886647c5ee2f',
  '0009-slips.sql': '8bca9cefc950917d277a9fd1a7f6a8e8411fd241c9edd0ac2e13523ced4cae44',
  '0010-given-files.sql': 'de8eb29e743ab28fff231a7dd7c6629143eac61cd8ec7bcb17b424c3ac1b8069',
  '0011-installs.sql': '88f36fbc0889f1bbfb33d6f7692ee3c95933f1cfecf0512fb982786ff76d7bd9',
  '0012-restarts.sql': '3e38798ba1a5d1314bd3f526b41841a46c8f637004e16d0d81300e79db38f072',
  '0013-requests.sql': '28f909dc8d92193c56038acb4647471ace726d87e5b00eaf5a809e1a7606aae7',
  '0014-prompt-files.sql': '7fd345e63280da24feb6dfe48795140ab76bb31d5cf00649a76859e78c2d9b99',
  '0015-templates.sql': '43e1517cd6af4cff471712cd983a70fab14009875544d691765a4b4f4654cbff',
  '0016-operator-id.sql': '3e9e1299ce8434595e2065152341ca61af1fed4127b288a330a37a834ebeedbb',
  '0017-operator-pause.sql': 'c475866032311df896c4ae1b4628edd53501dd779ab7b75be113c9d8e55931ea',
  '0018-rewards.sql': '884f769ff6369ad4642e35c782a4e0d809688962c2f0d077d2434d6cf7fe14d5',
  '0019-records.sql': '3a60455bef5f1cace8cdc25660db80ed63039a821554eae02ed106302662a4c1',
  '0020-minutes.sql': 'd9bd0444fa2ebfe2eef22053add47edcd5773710d5e0eafbbe2ac0a38cf83db3',
  '0021-royalties.sql': 'f1e31b2022bcdbc3bebbc46866c17483a689315ec77dfec45a4044eba6160d69',
  '0022-standing-orders.sql': '81d9342cb5df3d5b7772c7ee4add10cd082fc6faf93a99f485a454ac1aa50c31',
  '0023-lots.sql': '41c36b5d15cb289bb6efde055518c49b67494703ec45100876e49effea74de36',
};

const NOT_OURS = new Set(['node_modules', '.git', 'dist', 'dist.new', 'dist.old', '.bp-agents', 'coverage', '.cache']);
const TEXT = new Set([
  '.ts',
  '.tsx',
  '.css',
  '.html',
  '.js',
  '.mjs',
  '.cjs',
  '.json',
  '.md',
  '.sql',
  '.py',
  '.c',
  '.h',
  '.sh',
  '.yaml',
  '.yml',
  '',
]);
const CODE = new Set(['.ts', '.tsx', '.css', '.js', '.mjs', '.cjs', '.py', '.c', '.h', '.sh']);

const files = list(ROOT);
const code = files.filter((path) => CODE.has(extname(path)));
const tests = files.filter((path) => path.endsWith('.test.ts') || path.startsWith('test/contract/'));
const self = relative(ROOT, import.meta.filename);

function list(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    // In a worktree `.git` is a file.
    if (NOT_OURS.has(entry.name) || relative(ROOT, path) === 'workspaces') return [];
    if (entry.isDirectory()) return list(path);
    return entry.isFile() && TEXT.has(extname(entry.name)) ? [relative(ROOT, path)] : [];
  });
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** `path:line` of every match. */
function places(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (path !== self && pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

describe('files', () => {
  it('are short', () => {
    const long = code.filter((path) => read(path).trimEnd().split('\n').length > LINES_MAX);
    expect(long).toEqual([]);
  });

  it('are named in kebab-case, and none is a barrel', () => {
    const misnamed = files.filter(
      (path) =>
        /^(src|test)\//.test(path) &&
        (basename(path) === 'index.ts' || !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(basename(path))) &&
        !path.includes('/fixtures/'),
    );
    expect(misnamed).toEqual([]);
  });

  it('leave nothing for later', () => {
    expect(places(code, /\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
  });

  it('cite only what is here', () => {
    expect(places(files, /\b(DESIGN|STYLE|SANDBOX-FACTS)\.md\b|(^|[\s'"`(])shared\/[A-Z]/)).toEqual([]);
  });

  it('give the reason for every rule they switch off, on the line or above it', () => {
    const silent = code.filter(
      (path) => path !== self && /(?<!\/\/.*\n)^((?! -- ).)*(eslint|oxlint)-disable((?! -- ).)*$/m.test(read(path)),
    );
    expect(silent).toEqual([]);
  });

  it('that any Node has to understand put no comma behind the last argument', () => {
    expect(read('runtime/setup/enter.cjs')).not.toMatch(/,\s*\)/);
  });

  it('know no path of the machine that they were written on', () => {
    expect(places(files, /(^|[\s'"`(=:])\/(work|tmp\/bash_jobs[^/]*)\//)).toEqual([]);
    // A document may show somebody's home.
    expect(places(code, /(^|[\s'"`(=:])\/home\/[a-z]+\//)).toEqual([]);
  });
});

describe('layers', () => {
  it('are the same in the architecture as for the tools that hold them', () => {
    const rows = read('docs/ARCHITECTURE.md').matchAll(/^\| `src\/([a-z]+)` .*\| ([^|]+?) +\|$/gm);
    const told = Object.fromEntries(
      [...rows].map(([, layer = '', cell = '']) => [layer, cell === 'nothing of ours' ? [] : cell.split(', ')]),
    );
    expect(told).toEqual(JSON.parse(read('layers.json')));
    expect(Object.keys(told).sort()).toEqual(
      readdirSync(join(ROOT, 'src'), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe('tests', () => {
  it('all run', () => {
    expect(places(tests, /\b(it|test|describe|suite)\.(only|skip|todo|skipIf|runIf)\b/)).toEqual([]);
  });

  it('are titled as claims', () => {
    const title = /\b(it|test)(\.each\(.*\))?\(\s*['"`](should|tests?|checks?|verify|verifies|ensures?|make sure)\b/i;
    expect(places(tests, title)).toEqual([]);
  });

  it('leave their time limits to their project, which gives a busy machine time', () => {
    expect(places(tests, /^\s*\}, [\d_]{5,}\);|\{ timeout: [\d_]+ \},$/)).toEqual([]);
  });

  it('stand in a folder that is a project of vitest', () => {
    const projects = [...read('vitest.config.ts').matchAll(/'(test\/[a-z]+\/)\*\*/g)].map((match) => match[1]);
    expect(tests.filter((path) => !projects.some((folder) => folder && path.startsWith(folder)))).toEqual([]);
  });
});

describe('queries', () => {
  it('never bind a bare LIMIT, for whose value SQLite would plan the statement anew at each call', () => {
    expect(places(code, /\bLIMIT (\?|[@:$]\w+\b)(?! \+ 0)/)).toEqual([]);
  });
});

describe('migrations', () => {
  it('are never changed', () => {
    const folder = join(ROOT, 'src', 'store', 'migrations');
    const found = readdirSync(folder).sort();
    const sums = found.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]);
    expect(Object.fromEntries(sums)).toEqual(MIGRATIONS);
  });

  it('are numbered without a gap', () => {
    const numbers = Object.keys(MIGRATIONS).map((name) => Number(name.slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe('package-lock.json', () => {
  it('names no registry, so that any mirror serves', () => {
    expect(places(['package-lock.json'], /"resolved": "http/)).toEqual([]);
  });
});

describe('documents', () => {
  const documents = files.filter((path) => path.endsWith('.md'));

  it('link to what exists', () => {
    const broken = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(ROOT, dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('link to headings that exist', () => {
    const broken = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*\.md)?#([^)]*)\)/g)]
        .filter(([, target, anchor = '']) => {
          const document = target === undefined ? path : join(dirname(path), target);
          return !anchors(read(document)).has(anchor);
        })
        .map(([link]) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('change in an example only lines that are there', () => {
    const diffs = [...read('CONTRIBUTING.md').matchAll(/^```diff\n([^]*?)^```/gm)].map(([, diff = '']) => diff);
    const removed = diffs.flatMap((diff) => [...diff.matchAll(/^-(.+)$/gm)].map(([, line = '']) => line));
    const source = code.filter((path) => path.startsWith('src/')).map(read);
    expect(removed.filter((line) => !source.some((text) => text.includes(line)))).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const unknown = documents.flatMap((path) =>
      [...read(path).matchAll(/\bnpm run ([a-z:-]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((name) => !(name in scripts)),
    );
    expect(unknown).toEqual([]);
  });
});

/** What a link can name in a document: its headings, as GitHub spells them. */
function anchors(markdown: string): ReadonlySet<string> {
  const headings = markdown.replaceAll(/^```[^]*?^```/gm, '').matchAll(/^#+ +(.+?) *$/gm);
  const slugs = [...headings].map(([, text = '']) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, ''));
  return new Set(slugs.map((slug) => slug.replaceAll(' ', '-')));
}

describe('the command', () => {
  it('starts with a shebang, so that npm can link it', () => {
    expect(read('src/main.ts').split('\n')[0]).toBe('#!/usr/bin/env node');
  });
});
