import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentFile } from '../../domain/agent.ts';
import { PATH_DEPTH_MAX, type FileLimits } from '../../domain/workspace-files.ts';
import type { Program, Template } from '../../domain/template.ts';
import { BpError } from '../../platform/errors.ts';
import { readWorkspaceFolder } from '../workspace-folder.ts';
import { templateForm, type TemplateForm } from './template-form.ts';

/** A template as its folder has it. */
export interface FoundTemplate extends Template {
  readonly form: TemplateForm;
}

export const SHARED = 'shared';
const FORM = 'template.json';
const LIMITS: FileLimits = { filesMax: 256, bytesMax: 4 * 1_048_576, pathCharsMax: 8 * PATH_DEPTH_MAX };

/** Whether a template lies in this folder. */
export function holdsTemplate(directory: string): boolean {
  return existsSync(join(directory, FORM));
}

/** `shared` is the folder of what several templates have. Throws `BpError` `template_broken`. */
export function readTemplateFolder(directory: string, name: string, shared: string): FoundTemplate {
  const form = readForm(join(directory, FORM), name);
  const files = readWorkspaceFolder(join(directory, 'files'), LIMITS);
  if (!files.ok) throw broken(name, files.message);
  const further = Object.entries(form.shared).map(([path, file]): AgentFile => ({
    path,
    content: readFileSync(join(shared, file)),
    executable: false,
  }));
  return {
    ...{ name, form, files: [...files.value.files, ...further] },
    program: form.program && { ...form.program, ...readProgram(join(directory, 'program')) },
  };
}

function readForm(path: string, name: string): TemplateForm {
  let told: unknown;
  try {
    told = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw broken(name, `${FORM} can't be read`, error);
  }
  const form = templateForm.safeParse(told);
  if (form.success) return form.data;
  const [issue] = form.error.issues;
  throw broken(name, `${FORM}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function readProgram(directory: string): Pick<Program, 'key' | 'manifest' | 'lockfile'> {
  const manifest = readFileSync(join(directory, 'package.json'));
  const lockfile = readFileSync(join(directory, 'package-lock.json'));
  const key = createHash('sha256').update(`${manifest.byteLength}\n`).update(manifest).update(lockfile).digest('hex');
  return { key, manifest, lockfile };
}

function broken(name: string, why: string, cause?: unknown): BpError {
  return new BpError('template_broken', `the template ${name}: ${why}`, {
    hint: 'install bp-agents anew',
    ...(cause !== undefined && { cause }),
  });
}
