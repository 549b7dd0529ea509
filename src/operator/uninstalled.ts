import type { WorkspaceFolder } from './workspace-folder.ts';

/** A line for each manifest in an agent's folder whose packages can't be there: inside its sandbox it can't install any. */
export function uninstalled({ files }: Pick<WorkspaceFolder, 'files'>): readonly string[] {
  const has = (path: string) => files.some((file) => file.path === path);
  const hasModules = files.some(({ path }) => path.startsWith('node_modules/'));
  const lines: string[] = [];
  if (has('package.json') && !hasModules && namesPackages(files.find(({ path }) => path === 'package.json')?.content))
    lines.push('package.json names packages, but there is no node_modules: install them in the folder first');
  for (const manifest of ['pyproject.toml', 'requirements.txt'])
    if (has(manifest))
      lines.push(`what ${manifest} names is not there: bp-agents agent install puts it in once the agent is made`);
  return lines;
}

function namesPackages(content: Uint8Array | undefined): boolean {
  try {
    const { dependencies } = JSON.parse(Buffer.from(content ?? []).toString('utf8')) as { dependencies?: object };
    return Object.keys(dependencies ?? {}).length > 0;
  } catch {
    return false;
  }
}
