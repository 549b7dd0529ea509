import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MountSettings } from 'dockerode';
import type { Config } from '../../../config/schema.ts';
import { BpError } from '../../../platform/errors.ts';
import { bind } from '../container/confined-host.ts';

/** Where packages are found, as a container is told. */
export interface PackageSources {
  /** Variables, `NAME=value`. */
  readonly environment: readonly string[];
  readonly mounts: readonly MountSettings[];
  /** What nobody is shown: users and passwords of addresses. */
  readonly secrets: readonly string[];
}

export interface SourcesRequest {
  readonly config: Config['packages'];
  /** The home's real path. */
  readonly home: string;
  /** The operator's: what a network may need. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const CERTIFICATES = '/opt/certificates.pem';
const WHEELS = '/opt/wheels';
/** What a network may need to be told of. */
const PASSED_ON = /^(https?_proxy|no_proxy|npm_config_registry|pip_index_url)$/i;
const READABLE_BY_ALL = 0o005;

/**
 * The configuration goes before the operator's variables: where it names an index, a folder of wheels or a registry, no
 * variable does. Throws `config_invalid`.
 */
export function packageSources({ config, home, environment }: SourcesRequest): PackageSources {
  const { python_index: index, npm_registry: registry } = config;
  const wheels = config.wheels === null ? undefined : wheelsFolder(home, config.wheels);
  const isReplaced = (name: string) =>
    (registry !== null && /^npm_/i.test(name)) || ((index !== null || wheels !== undefined) && /^pip_/i.test(name));
  const passed = Object.entries(environment).filter(
    (entry): entry is [string, string] => PASSED_ON.test(entry[0]) && entry[1] !== undefined && !isReplaced(entry[0]),
  );
  const asked = index ?? passed.find(([name]) => /^pip_index_url$/i.test(name))?.[1];
  const certificates = environment['NODE_EXTRA_CA_CERTS'] ?? '';
  const isCertified = certificates !== '' && existsSync(certificates);
  return {
    environment: [
      ...passed.map(([name, value]) => `${name}=${value}`),
      ...(registry === null ? [] : [`npm_config_registry=${registry}`]),
      ...(index === null ? [] : [`PIP_INDEX_URL=${index}`]),
      ...trusted(asked),
      ...(wheels === undefined ? [] : [`PIP_FIND_LINKS=${WHEELS}`]),
      ...(wheels !== undefined && index === null ? ['PIP_NO_INDEX=1'] : []),
      ...(isCertified ? ['NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'] : []).map(
        (name) => `${name}=${CERTIFICATES}`,
      ),
    ],
    mounts: [
      ...(isCertified ? [bind(realpathSync(certificates), CERTIFICATES, true)] : []),
      ...(wheels === undefined ? [] : [bind(wheels, WHEELS, true)]),
    ],
    secrets: passed.flatMap(([, value]) => secretsOf(value)),
  };
}

/** Takes the secrets out of a line that is to be shown. */
export function withoutSecrets(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '****'), line);
}

/** An index that the operator names without TLS is meant so. */
function trusted(index: string | undefined): readonly string[] {
  const url = index !== undefined && URL.canParse(index) ? new URL(index) : undefined;
  return url?.protocol === 'http:' ? [`PIP_TRUSTED_HOST=${url.host}`] : [];
}

function wheelsFolder(home: string, path: string): string {
  const folder = resolve(home, path);
  const stats = statSync(folder, { throwIfNoEntry: false });
  const what = `packages.wheels: ${folder}`;
  if (!stats?.isDirectory()) throw new BpError('config_invalid', `${what} is not a folder`);
  if ((stats.mode & READABLE_BY_ALL) !== READABLE_BY_ALL)
    throw new BpError('config_invalid', `${what} must be readable by all: agents have users of their own`);
  return realpathSync(folder);
}

/** As they stand in the address, and decoded; the longest first. A user alone may be a token. */
function secretsOf(address: string): readonly string[] {
  if (!URL.canParse(address)) return [];
  const { username, password } = new URL(address);
  const parts = [`${username}:${password}`, password, ...(password === '' ? [username] : [])];
  const decoded = parts.map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return [...new Set([...parts, ...decoded])]
    .filter((part) => part !== '' && part !== ':')
    .sort((a, b) => b.length - a.length);
}
