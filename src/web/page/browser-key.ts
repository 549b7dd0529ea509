/** The public half, as the server takes it. */
export interface PublicKey {
  readonly x: string;
  readonly y: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const [DATABASE, STORE, KEY] = ['bp-agents', 'keys', 'session'];

/**
 * A key of this browser for this port, whose secret half no script can read, so none can carry it away. Where the
 * browser keeps nothing, it lasts as long as the tab.
 */
export class BrowserKey {
  #pair: CryptoKeyPair | undefined;

  /** A new one in the place of the old. */
  async renew(): Promise<PublicKey> {
    this.#pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
    await inStore('readwrite', (store) => store.put(this.#pair, KEY)).catch(() => undefined);
    const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', this.#pair.publicKey);
    return { x, y };
  }

  /** Undefined where there is no key. */
  async sign(text: string): Promise<string | undefined> {
    this.#pair ??= await inStore('readonly', (store) => store.get(KEY) as IDBRequest<CryptoKeyPair | undefined>).catch(
      () => undefined,
    );
    if (!this.#pair) return undefined;
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      this.#pair.privateKey,
      new TextEncoder().encode(text),
    );
    return base64url(new Uint8Array(signature));
  }
}

function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: DOMException | null) => reject(error ?? new Error('the browser keeps nothing'));
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      transaction.onerror = () => fail(transaction.error);
      transaction.onabort = () => fail(transaction.error);
    };
  });
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
