/** What `bp-agents.yaml` says for each key, by the key's path. */
export type FileOutline = Readonly<Record<string, string>>;

const KEY = /^( *)([\w-]+):(?:\s+(.*))?$/;

/**
 * An outline of the file by its lines, without comments. It is enough to name the keys that somebody has changed, and
 * reading the YAML itself takes more time than most commands do.
 */
export function fileOutline(text: string): FileOutline {
  const outline = new Map<string, string>();
  const sections: { readonly indent: number; readonly path: string }[] = [];
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, spaces, key, value = ''] = KEY.exec(line.trimEnd()) ?? [];
    if (spaces !== undefined && key !== undefined) {
      while ((sections.at(-1)?.indent ?? -1) >= spaces.length) sections.pop();
      const above = sections.at(-1);
      sections.push({ indent: spaces.length, path: above ? `${above.path}.${key}` : key });
    }
    // A list, or a text of several lines, belongs to the key above it; so does a key of the same name in a list.
    const path = sections.at(-1)?.path ?? '';
    const before = outline.get(path);
    const said = spaces === undefined ? trimmed : value;
    outline.set(path, before === undefined ? said : `${before}\n${said}`);
  }
  return Object.fromEntries(outline);
}

/** The keys that one of them doesn't have, or has otherwise, in the order of the file as it is now. */
export function changedKeys(before: FileOutline, now: FileOutline): readonly string[] {
  const keys = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  return keys.filter((key) => (now[key] ?? '') !== (before[key] ?? ''));
}
