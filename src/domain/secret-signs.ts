import type { LeftOutReason } from './materials.ts';

/** docs/handbook/requests.md#materials has the same lists. Case makes no difference. */
const VERSION_CONTROL = new Set(['.git', '.hg', '.svn', '.bzr', '.jj']);
const ENVIRONMENT = [/^\.envrc$/, /^\.env(\.|$)/, /\.env$/];
const KEY_FOLDERS = ['.ssh', '.gnupg', '.aws', '.azure', '.gcloud', '.kube', '.docker', '.bp-agents'];
const KEY_FILES = [
  ...['.npmrc', '.yarnrc.yml', '.netrc', '_netrc', '.pypirc', '.pgpass', '.my.cnf', '.htpasswd', '.git-credentials'],
  ...['.dockercfg', '.vault-token', '.s3cfg', '.boto', 'credentials.json'],
];
const KEY_NAMES = new Set([...KEY_FOLDERS, ...KEY_FILES]);
const KEY_PATTERNS = [
  /^id_(rsa|dsa|ecdsa|ed25519)(?!.*\.pub$)/,
  /\.(pem|key|p8|p12|pfx|pkcs12|jks|keystore|kdbx|ppk|ovpn)$/,
];

/** Why an entry of that name is left out, whatever it is; undefined where its name is no reason. */
export function reasonByName(name: string): LeftOutReason | undefined {
  const plain = name.toLowerCase();
  if (VERSION_CONTROL.has(plain)) return 'version_control';
  if (ENVIRONMENT.some((pattern) => pattern.test(plain))) return 'environment';
  return KEY_NAMES.has(plain) || KEY_PATTERNS.some((pattern) => pattern.test(plain)) ? 'key' : undefined;
}

/** What a private key looks like, wherever in a file it stands. */
const KEY_CONTENT =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[A-Z0-9]/;
/** The longest that can match. */
const KEY_CHARS_MAX = 96;

/** Looks for private keys in a file that comes in pieces. */
export class KeySearch {
  #end = '';
  #isFound = false;

  get isFound(): boolean {
    return this.#isFound;
  }

  push(piece: Buffer): void {
    if (this.#isFound) return;
    const text = this.#end + piece.toString('latin1');
    this.#isFound = KEY_CONTENT.test(text);
    this.#end = text.slice(-KEY_CHARS_MAX);
  }
}
