import { expect, it } from 'vitest';
import { installFailure } from '../../../../src/sandbox/docker/install/install-failure.ts';
import type { InstallTool } from '../../../../src/sandbox/docker/install/install-steps.ts';
import { PrintedLines } from '../../../../src/sandbox/docker/install/printed-lines.ts';

// As npm 11.6, pip 25.1 and Poetry 2.1 of the image print it, shortened.
const NONE = [
  'ERROR: Could not find a version that satisfies the requirement greeting==1.0.0 (from versions: none)',
  'ERROR: No matching distribution found for greeting==1.0.0',
];
const retrying = (why: string) => [
  'Looking in indexes: http://192.0.2.1/',
  `WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by '${why}': /greeting/`,
  ...NONE,
];
const fetching = (why: string) => [...NONE, `Could not fetch URL http://192.0.2.1/greeting/: ${why} - skipping`];
const npm = (...lines: readonly string[]) => [
  ...lines.map((line) => `npm error ${line}`),
  'npm error A complete log of this run can be found in: /tmp/npm/_logs/2026-11-30T07_05_06_697Z-debug-0.log',
];
const poetry = (...lines: readonly string[]) => [
  'Updating dependencies',
  'Resolving dependencies...',
  '',
  ...lines,
  '',
];
const UNANSWERED = poetry(
  'All attempts to connect to 192.0.2.1:1 failed.',
  '',
  'Probable Causes:',
  '    - the server is not responding to requests at the moment',
);

const NETWORK: readonly (readonly [InstallTool, string, readonly string[]])[] = [
  [
    'npm',
    'request to http://192.0.2.1:1/greeting failed, reason: connect ECONNREFUSED',
    npm(
      'code ECONNREFUSED',
      'syscall connect',
      'errno ECONNREFUSED',
      'FetchError: request to http://192.0.2.1:1/greeting failed, reason: connect ECONNREFUSED 192.0.2.1:1',
    ),
  ],
  [
    'npm',
    'getaddrinfo ENOTFOUND registry.invalid',
    npm(
      'code ENOTFOUND',
      'network request to http://registry.invalid/greeting failed, reason: getaddrinfo ENOTFOUND registry.invalid',
    ),
  ],
  ['npm', '503 Service Unavailable', npm('code E503', '503 Service Unavailable - GET http://192.0.2.1/greeting')],
  ['npm', 'timeout', npm('code FETCH_ERROR', 'network timeout at: http://192.0.2.1/hang/greeting')],
  [
    'npm',
    'socket hang up',
    npm('code ECONNRESET', 'network request to http://192.0.2.1/cut/greeting failed, reason: socket hang up'),
  ],
  ['pip', 'Connection refused', retrying('NewConnectionError(Failed to establish: [Errno 111] Connection refused)')],
  ['pip', 'not known', retrying('NewConnectionError(Failed to establish: [Errno -2] Name or service not known)')],
  ['pip', 'timed out', retrying('ReadTimeoutError("Read timed out. (read timeout=3.0)")')],
  [
    'pip',
    'RemoteDisconnected',
    retrying("ProtocolError('Connection aborted.', RemoteDisconnected('Remote end closed'))"),
  ],
  ['pip', 'ProxyError', retrying("ProxyError('Cannot connect to proxy.', NewConnectionError('refused'))")],
  [
    'pip',
    'too many 503',
    fetching("Max retries exceeded with url: / (Caused by ResponseError('too many 503 error responses'))"),
  ],
  ['pip', 'ssl', fetching('There was a problem confirming the ssl certificate: HTTPSConnectionPool(host=192.0.2.1)')],
  ['poetry', 'All attempts to connect', UNANSWERED],
  ['poetry', '503', poetry('503 Server Error: Service Unavailable for url: http://192.0.2.1/greeting/')],
];

it.each(NETWORK)('%s: a network that fails is called that (%s)', (tool, said, lines) => {
  const failure = installFailure(tool, lines, { scripts: false });
  expect(failure).toMatchObject({ code: 'install_network', what: 'the network failed' });
  expect(failure.line).toContain(said);
  expect(failure.hint).not.toContain('--scripts');
});

const CREDENTIALS: readonly (readonly [InstallTool, readonly string[]])[] = [
  ['npm', npm('code E407', '407 Proxy Authentication Required - GET http://192.0.2.1/greeting')],
  ['npm', npm('code E401', '401 Unauthorized - GET http://192.0.2.1/greeting')],
  ['pip', fetching('407 Client Error: Proxy Authentication Required for url: http://192.0.2.1/greeting/')],
  [
    'pip',
    [
      'WARNING: 401 Error, Credentials not correct for http://192.0.2.1/greeting/',
      ...fetching('401 Client Error: Unauthorized for url: /'),
    ],
  ],
  ['poetry', poetry('407 Client Error: Proxy Authentication Required for url: http://192.0.2.1/greeting/')],
  [
    'poetry',
    poetry(
      'Source (here): Authorization error accessing http://192.0.2.1/greeting/',
      "Because a depends on greeting (1.0.0) which doesn't match any versions, version solving failed.",
    ),
  ],
];

it.each(CREDENTIALS)('%s: so is a registry or proxy that wants credentials', (tool, lines) => {
  expect(installFailure(tool, lines, { scripts: false })).toMatchObject({
    code: 'install_network',
    what: 'the registry or a proxy wants other credentials',
  });
});

const OTHERS: readonly (readonly [InstallTool, string, string, readonly string[]])[] = [
  [
    'npm',
    'install_not_found',
    'Not Found',
    npm('code E404', '404 Not Found - GET http://192.0.2.1/nothere - not_found'),
  ],
  [
    'npm',
    'install_not_found',
    'No matching version',
    npm('code ETARGET', 'notarget No matching version found for greeting@9.0.0.'),
  ],
  [
    'npm',
    'install_mismatch',
    'checksum failed',
    npm(
      'code EINTEGRITY',
      'sha512-AA== integrity checksum failed when using sha512: wanted sha512-AA== but got sha512-1Z==. (4 bytes)',
    ),
  ],
  [
    'npm',
    'install_no_room',
    'ENOSPC',
    npm('code ENOSPC', 'syscall write', 'errno -28', 'nospc ENOSPC: no space left on device, write'),
  ],
  [
    'npm',
    'install_failed',
    'git',
    npm(
      'code 1',
      'An unknown git error occurred',
      'command /bin/false --no-replace-objects ls-remote ssh://git@example.com/a/b.git',
    ),
  ],
  ['pip', 'install_not_found', 'No matching distribution', NONE],
  [
    'pip',
    'install_not_found',
    'No matching',
    fetching('404 Client Error: Not Found for url: http://192.0.2.1/greeting/'),
  ],
  [
    'pip',
    'install_mismatch',
    'DO NOT MATCH',
    [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.',
    ],
  ],
  [
    'pip',
    'install_mismatch',
    'require-hashes',
    ['ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements.'],
  ],
  [
    'pip',
    'install_no_room',
    'No space',
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device'],
  ],
  [
    'pip',
    'install_failed',
    'not allowed',
    ["  fatal: transport 'http' not allowed", '  error: subprocess-exited-with-error'],
  ],
  ['pip', 'install_failed', 'Invalid requirement', ["ERROR: Invalid requirement: 'x y z': Expected end or semicolon"]],
  [
    'poetry',
    'install_not_found',
    'nothere',
    poetry("Because a depends on nothere (1.0.0) which doesn't match any versions, version solving failed."),
  ],
  [
    'poetry',
    'install_mismatch',
    'known hashes',
    [
      '  RuntimeError',
      '',
      '  Hash for greeting (1.0.0) from archive greeting-1.0.0-py3-none-any.whl not found in known hashes (was: sha256:fe84)',
    ],
  ],
  [
    'poetry',
    'install_failed',
    'poetry lock',
    poetry(
      'pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.',
    ),
  ],
];

it.each(OTHERS)('%s: %s where it says "%s"', (tool, code, said, lines) => {
  const failure = installFailure(tool, lines, { scripts: false });
  expect(failure.code).toBe(code);
  expect(failure.line).toContain(said);
});

it('names --scripts only where nothing else tells, and packages may not run any', () => {
  const script = ['> postinstall', '> node-gyp rebuild', ...npm('code 1', 'command failed')];
  expect(installFailure('npm', script, { scripts: false }).hint).toContain('--scripts');
  expect(installFailure('npm', script, { scripts: true }).hint).toBe('see what it printed');
});

it('shows and remembers no secret, wherever the output was cut', () => {
  const shown: string[] = [];
  const printed = new PrintedLines((line) => shown.push(line), ['user:s3cret', 's3cret']);
  const said = `GET http://user:s3cret@192.0.2.1/${'x'.repeat(480)} s3cret\nwith s3cret`;
  for (let at = 0; at < said.length; at += 7) printed.take(new TextEncoder().encode(said.slice(at, at + 7)));
  expect(printed.last).toHaveLength(2);
  expect([...shown, ...printed.last].join()).not.toContain('s3cr');
  expect(shown[0]).toHaveLength(500);
});
