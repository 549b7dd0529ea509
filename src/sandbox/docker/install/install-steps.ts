/** What installs packages. */
export type InstallTool = 'npm' | 'pip' | 'poetry';

export interface Step {
  readonly tool: InstallTool;
  readonly told: string;
  readonly command: readonly string[];
}

export interface StepWishes {
  /** Packages may run programs of their own. */
  readonly scripts: boolean;
  /** Poetry is to ask the configured index in place of PyPI. */
  readonly poetryIndex: boolean;
}

export interface InstallSteps {
  readonly steps: readonly Step[];
  /** What of the manifests is passed over, and why. */
  readonly notes: readonly string[];
}

/**
 * What an agent's manifests ask for. `pyproject.toml` often stands beside `requirements.txt` for other tools. Then it
 * counts only where Poetry has locked it.
 */
export function installSteps(has: (name: string) => boolean, wishes: StepWishes): InstallSteps {
  const hasBoth = has('pyproject.toml') && has('requirements.txt');
  const byPoetry = has('pyproject.toml') && (!hasBoth || has('poetry.lock'));
  return {
    steps: [
      ...(has('package.json') ? [npmStep(has('package-lock.json'), wishes)] : []),
      ...(byPoetry ? [poetryStep(wishes)] : []),
      ...(has('requirements.txt') && !byPoetry ? [pipStep(wishes)] : []),
    ],
    notes: hasBoth
      ? [
          byPoetry
            ? 'poetry.lock counts; requirements.txt is passed over'
            : 'requirements.txt counts; pyproject.toml is passed over, since it has no poetry.lock',
        ]
      : [],
  };
}

export function npmStep(isLocked: boolean, { scripts }: StepWishes): Step {
  const words = [isLocked ? 'ci' : 'install', '--omit=dev', ...(scripts ? [] : ['--ignore-scripts'])];
  // The agent's own .npmrc could name another program for git, and git's addresses are not for agents to choose.
  const quiet = ['--git=/bin/false', '--no-audit', '--no-fund', '--no-progress', '--no-update-notifier'];
  return { tool: 'npm', told: `npm ${words.join(' ')}`, command: ['npm', ...words, ...quiet] };
}

/**
 * Poetry has no setting for an index in place of PyPI, and a source in pyproject.toml would belie poetry.lock. This is for
 * the Poetry of the image.
 */
const POETRY_WITH_INDEX = `
import os, sys
from poetry.factory import Factory
from poetry.repositories.legacy_repository import LegacyRepository
from poetry.console.application import main
ours = Factory.create_package_source
def create(source, config, disable_cache=False):
    if source["name"].lower() != "pypi":
        return ours(source, config, disable_cache=disable_cache)
    return LegacyRepository("index", os.environ["PIP_INDEX_URL"], config=config, disable_cache=disable_cache)
Factory.create_package_source = staticmethod(create)
sys.argv[0] = "poetry"
sys.exit(main())
`;

function poetryStep({ poetryIndex }: StepWishes): Step {
  const words = ['install', '--only', 'main'];
  return {
    tool: 'poetry',
    told: `poetry ${words.join(' ')}`,
    command: [
      // Not from the workspace, where a file could have the name of a module.
      ...(poetryIndex ? ['python3', '-P', '-c', POETRY_WITH_INDEX] : ['poetry']),
      ...words,
      ...['--no-root', '--no-interaction', '--no-ansi'],
    ],
  };
}

/** pip says only in its log why an index gave nothing. No module is taken from the workspace. */
const PIP = `
python3 -P -m virtualenv --quiet --no-periodic-update .venv || exit
.venv/bin/python -P -m pip "$@" --log /tmp/pip.log && exit
status=$?
grep --only-matching 'Could not fetch URL .*' /tmp/pip.log | tail -n 3
exit $status
`;

function pipStep({ scripts }: StepWishes): Step {
  const words = ['install', '--requirement', 'requirements.txt', ...(scripts ? [] : ['--only-binary', ':all:'])];
  const quiet = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--no-color'];
  return {
    tool: 'pip',
    told: `pip ${words.join(' ')}`,
    command: ['sh', '-c', PIP, 'pip', ...words, ...quiet],
  };
}
