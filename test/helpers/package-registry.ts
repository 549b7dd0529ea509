import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonArchives } from './python-archives.ts';

export interface PackageRegistry {
  /** As containers on the engine's bridge reach it: for npm. */
  readonly url: string;
  /** The same for pip and Poetry. */
  readonly index: string;
  /** The users and passwords with which it was asked. */
  readonly credentials: ReadonlySet<string>;
  /** From now on npm's package is not to be had. */
  withdraw(): void;
  close(): Promise<void>;
}

/**
 * A registry of npm packages and an index of Python's on this machine. npm's has one package; Python's has a wheel of the
 * same name that greets, and `built`, which has no wheel. Of what is named `silent` it never tells, and what lies under
 * `/fails/STATUS/` is answered with that status. Tests need no other network than the engine's own.
 */
export async function startPackageRegistry(name: string, version: string, code: string): Promise<PackageRegistry> {
  const tarball = packed(name, version, code);
  const archives = pythonArchives(name, version);
  const gateway = bridgeAddress();
  const credentials = new Set<string>();
  let isWithdrawn = false;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { authorization } = request.headers;
    if (authorization !== undefined) credentials.add(Buffer.from(authorization.slice(6), 'base64').toString());
    const archive = archives.find((found) => path.endsWith(`/${found.file}`));
    const listed = archives.filter((found) => path === `/simple/${found.name}/`);
    if (path.startsWith('/fails/')) response.writeHead(Number(path.split('/')[2])).end('no');
    else if (path === `/${name}`) {
      const dist = {
        tarball: `http://${gateway}:${portOf(server)}/${name}.tgz`,
        integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, dist } } }),
      );
    } else if (path === `/${name}.tgz` && !isWithdrawn) response.end(tarball);
    else if (archive) response.end(archive.content);
    else if (listed.length > 0) {
      response.setHeader('content-type', 'text/html');
      response.end(listed.map(({ file }) => `<a href="/files/${file}">${file}</a>`).join(''));
    } else if (!path.endsWith('/silent') && !path.endsWith('/silent/')) response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, gateway, resolve));
  const url = `http://${gateway}:${portOf(server)}`;
  return {
    url,
    index: `${url}/simple`,
    credentials,
    withdraw() {
      isWithdrawn = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** This machine's address on the engine's bridge: the first one; an engine that found the bridge there doesn't name it. */
function bridgeAddress(): string {
  const format = '{{json (index .IPAM.Config 0)}}';
  const answer = execFileSync('docker', ['network', 'inspect', 'bridge', '--format', format], { encoding: 'utf8' });
  const { Gateway: gateway, Subnet: subnet } = JSON.parse(answer) as { Gateway?: string; Subnet: string };
  return gateway ?? subnet.replace(/\d+\/\d+$/, '1');
}

function packed(name: string, version: string, code: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'bp-package-'));
  try {
    mkdirSync(join(folder, 'package'));
    writeFileSync(join(folder, 'package', 'package.json'), JSON.stringify({ name, version, main: 'index.js' }));
    writeFileSync(join(folder, 'package', 'index.js'), code);
    execFileSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: folder });
    return readFileSync(join(folder, 'package.tgz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
