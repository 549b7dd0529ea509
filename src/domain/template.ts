import type { AgentFile } from './agent.ts';

/** A program that a template brings. It lies on an engine once, for all agents that are made of it. */
export interface Program {
  /** SHA-256 of what it is made from, hexadecimal: what it is called on an engine. */
  readonly key: string;
  /** As npm names it, for people. */
  readonly name: string;
  readonly version: string;
  /** `package.json`. */
  readonly manifest: Uint8Array;
  /** `package-lock.json`: which packages, each with its hash. */
  readonly lockfile: Uint8Array;
}

/** What an agent can be made of, besides what it needs. */
export interface Template {
  readonly name: string;
  /** For its workspace. */
  readonly files: readonly AgentFile[];
  readonly program: Program | undefined;
}

/** Where a program lies in the sandbox of an agent that has one. */
export const PROGRAM_PATH = '/opt/program';

/** The templates that this program brings. */
export interface TemplateShelf {
  /** In the order of their names. */
  readonly names: readonly string[];
  find(name: string): Template | undefined;
}

/** Files over those of a template: of two with one path the later one counts. */
export function laidOver(template: Template, files: readonly AgentFile[]): readonly AgentFile[] {
  const given = new Set(files.map(({ path }) => path));
  return [...template.files.filter(({ path }) => !given.has(path)), ...files];
}
