import type { Finding } from '../../platform/finding.ts';

/** The least minor release of each line that is supported in part; `engines` in package.json says the same. */
const LEAST_MINORS: Readonly<Record<number, number>> = { 20: 19, 22: 13 };
/** From here on every line is supported. */
const MAJOR_LEAST = 24;

/** Whether this is a Node that the program and its packages are made for. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major >= MAJOR_LEAST || minor >= (LEAST_MINORS[major] ?? Infinity);
  const partly = Object.entries(LEAST_MINORS).map(([line, least]) => `${line}.${least}`);
  const mend = `install Node ${[...partly, MAJOR_LEAST].join(', ')} or newer`;
  return { name: 'node', ok, detail: version, ...(!ok && { mend }) };
}
