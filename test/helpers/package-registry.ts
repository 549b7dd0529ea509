import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PackageRegistry {
  /** As containers on the engine's bridge reach it. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A registry of npm packages on this machine, with one package, and one named `silent` of which it never tells. Tests
 * need no other network than the engine's own.
 */
export async function startPackageRegistry(name: string, version: string, code: string): Promise<PackageRegistry> {
  const tarball = packed(name, version, code);
  const gateway = bridgeAddress();
  const server = createServer((request, response) => {
    if (request.url === `/${name}`) {
      const { port } = server.address() as AddressInfo;
      const dist = {
        tarball: `http://${gateway}:${port}/${name}.tgz`,
        integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, dist } } }),
      );
    } else if (request.url === `/${name}.tgz`) response.end(tarball);
    else if (request.url !== '/silent') response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, gateway, resolve));
  return {
    url: `http://${gateway}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
