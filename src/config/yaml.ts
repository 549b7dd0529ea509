import { parse } from 'yaml';

/** A plain value. Throws an Error of one line where the text isn't YAML. */
export function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, prettyErrors: false }) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(reason.split('\n')[0], { cause: error });
  }
}
