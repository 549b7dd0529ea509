import { z } from 'zod';
import type { AgentFile } from '../domain/agent.ts';
import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';

const PATH = z.string().describe('Relative, inside the workspace, such as src/tools.py.');

/** Two ways to write the same: a map of text files, or a list whose files may be binary and executable. */
export const filesShape = z
  .union([
    z.record(PATH, z.string()).describe('Text by path.'),
    z
      .array(
        z.strictObject({
          path: PATH,
          content: z.string().describe('What is in it.'),
          encoding: z.enum(['utf8', 'base64']).optional().describe('Of content; utf8 where absent.'),
          executable: z.boolean().optional().describe('Whether it can be run; false where absent.'),
        }),
      )
      .describe('Files one by one.'),
  ])
  .describe(
    "The child's workspace; required without a template. One of main.py, main.js, main.mjs or an executable main must " +
      'be there. Numbers, sizes and paths are limited by economy.spawn.',
  );

const FIELDS = ['path', 'content', 'encoding', 'executable'];
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads the files of a child; whether they make a workspace is `checkFiles`' to say.
 * Refuses: `wrong_type`, `missing_field`, `unknown_field`, `invalid_value`.
 */
export function readFiles(value: unknown, field: string): Result<readonly AgentFile[]> {
  if (Array.isArray(value)) return readList(value, field);
  if (typeof value !== 'object' || value === null)
    return refuse('wrong_type', `${field} must be an object {path: text} or a list of {path, content}`, { field });
  const files: AgentFile[] = [];
  for (const [path, content] of Object.entries(value)) {
    if (typeof content !== 'string')
      return refuse('wrong_type', `${field} by path must hold text; use the list form for anything else`, {
        field: `${field}.${path}`,
      });
    files.push({ path, content: Buffer.from(content), executable: false });
  }
  return accept(files);
}

function readList(list: readonly unknown[], field: string): Result<readonly AgentFile[]> {
  const files: AgentFile[] = [];
  for (const [index, item] of list.entries()) {
    const file = readFile(item, `${field}.${index}`);
    if (!file.ok) return file;
    files.push(file.value);
  }
  return accept(files);
}

function readFile(item: unknown, field: string): Result<AgentFile> {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return refuse('wrong_type', `${field} must be an object {path, content, encoding?, executable?}`, { field });
  const file = item as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(file).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined)
    return refuse('unknown_field', `a file knows only ${FIELDS.join(', ')}`, { field: `${field}.${unknown}` });
  const { path, content, encoding = 'utf8', executable = false } = file;
  const wrong = checkTypes({ path, content, executable }, field);
  if (wrong) return wrong;
  if (encoding !== 'utf8' && encoding !== 'base64')
    return refuse('invalid_value', `${field}.encoding must be utf8 or base64`, { field: `${field}.encoding` });
  const text = content as string;
  if (encoding === 'base64' && (text.length % 4 !== 0 || !BASE64.test(text)))
    return refuse('invalid_value', `${field}.content must be base64, padded and without line breaks`, {
      field: `${field}.content`,
    });
  return accept({ path: path as string, content: Buffer.from(text, encoding), executable: executable === true });
}

function checkTypes(
  file: Readonly<Record<'path' | 'content' | 'executable', unknown>>,
  field: string,
): Refusal | undefined {
  for (const key of ['path', 'content'] as const) {
    const at = `${field}.${key}`;
    if (file[key] === undefined) return refuse('missing_field', `${at} is required`, { field: at });
    if (typeof file[key] !== 'string') return refuse('wrong_type', `${at} must be text`, { field: at });
  }
  if (typeof file.executable === 'boolean') return undefined;
  return refuse('wrong_type', `${field}.executable must be true or false`, { field: `${field}.executable` });
}
