import type { AgentFile } from './agent.ts';

/** What an agent's packages are installed by. */
export const MANIFESTS: readonly string[] = [
  ...['package.json', 'package-lock.json', 'npm-shrinkwrap.json'],
  ...['pyproject.toml', 'poetry.lock', 'requirements.txt'],
];

const decoder = new TextDecoder();

/**
 * Whether an agent's files name packages that they don't bring along. It goes by how manifests are usually written; an
 * installation goes by what the tools say.
 */
export function needsInstall(files: readonly AgentFile[]): boolean {
  const text = (name: string) => {
    const file = files.find(({ path }) => path === name);
    return file && decoder.decode(file.content);
  };
  const brings = (folder: string) => files.some(({ path }) => path.startsWith(`${folder}/`));
  return (
    (!brings('node_modules') && namesNodePackages(text('package.json') ?? '')) ||
    (!brings('.venv') &&
      (namesRequirements(text('requirements.txt') ?? '') || namesPythonPackages(text('pyproject.toml') ?? '')))
  );
}

function namesNodePackages(manifest: string): boolean {
  try {
    const { dependencies } = JSON.parse(manifest) as { readonly dependencies?: unknown };
    return typeof dependencies === 'object' && dependencies !== null && Object.keys(dependencies).length > 0;
  } catch {
    return false;
  }
}

/** Any line but comments and options. */
function namesRequirements(requirements: string): boolean {
  return requirements.split('\n').some((line) => /^\s*[^\s#-]/.test(line));
}

/** A list of the project's, or a name other than `python` in Poetry's table. */
function namesPythonPackages(manifest: string): boolean {
  let section = '';
  for (const line of manifest.split('\n')) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line);
    if (header) section = header[1]?.trim() ?? '';
    else if (section === 'tool.poetry.dependencies' && /^\s*(?!python\s*=)["'\w]/.test(line)) return true;
  }
  return /^\s*dependencies\s*=\s*\[\s*(#[^\n]*\n\s*)*["']/m.test(manifest);
}
