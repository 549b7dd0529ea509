import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pageDirectory } from '../config/home-places.ts';
import { makeFolder } from '../platform/folder.ts';
import { replaceOwnFile } from '../platform/own-file.ts';

/** A file for this user alone that leads a browser to an address: what a browser is called with, every user can see. */
export interface EntryFile {
  readonly path: string;
  remove(): void;
}

/** One a home: the newest counts. Throws the system's error. */
export function writeEntryFile(home: string, address: string): EntryFile {
  const path = join(pageDirectory(home), 'open.html');
  makeFolder(pageDirectory(home), 0o700);
  replaceOwnFile(
    path,
    `<!doctype html>
<meta charset="utf-8" />
<meta name="referrer" content="no-referrer" />
<meta http-equiv="refresh" content="0; url=${address}" />
<title>bp-agents</title>
<p><a href="${address}">To the page</a></p>
`,
  );
  return { path, remove: () => rmSync(path, { force: true }) };
}
