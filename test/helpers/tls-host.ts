import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

/** A port of this machine behind which an engine's socket stands, for who can prove who they are, and sees the same proof. */
export interface TlsHost {
  /** `tcp://…` */
  readonly address: string;
  /** What the Docker CLI finds its certificates by. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => void;
}

export async function startTlsHost(enginePath: string): Promise<TlsHost> {
  const place = mkdtempSync(join(tmpdir(), 'bp-tls-'));
  makeCertificates(place);
  const [ca, cert, key] = ['ca.pem', 'server.pem', 'server.key'].map((file) => readFileSync(join(place, file)));
  const open = new Set<Socket>();
  const server = createServer({ ca: ca!, cert: cert!, key: key!, requestCert: true, rejectUnauthorized: true });
  server.on('secureConnection', (near) => {
    const far = connect(enginePath);
    open.add(near).add(far);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    environment: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: place },
    close() {
      for (const socket of open) socket.destroy();
      server.close();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** `ca.pem`, `server.pem`, `cert.pem` and their keys, as an engine and the Docker CLI want them. */
function makeCertificates(place: string): void {
  const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { cwd: place, stdio: 'pipe' });
  const newKey = ['-newkey', 'rsa:2048', '-noenc'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test ca');
  const sign = (file: string, key: string, extensions: string) => {
    openssl('req', ...newKey, '-keyout', key, '-out', `${file}.csr`, '-subj', `/CN=test ${file}`);
    writeFileSync(join(place, `${file}.ext`), extensions);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${file}.ext`];
    openssl('x509', '-req', '-in', `${file}.csr`, ...by, '-out', `${file}.pem`);
  };
  sign('server', 'server.key', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  sign('cert', 'key.pem', 'extendedKeyUsage=clientAuth\n');
}
