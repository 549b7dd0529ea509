import { describe, expect, it } from 'vitest';
import { uninstalled } from '../../src/operator/uninstalled.ts';

const file = (path: string, content = '') => ({ path, content: Buffer.from(content), executable: false });
const NAMES_ONE = file('package.json', '{"dependencies":{"left":"1"}}');

describe('what an agent of a folder would miss', () => {
  it.each([
    ['nothing', [file('main.py')]],
    ['a package.json that names none', [file('package.json', '{"name":"a"}')]],
    ['a package.json with its modules', [NAMES_ONE, file('node_modules/left/index.js')]],
    ['a package.json that is no JSON', [file('package.json', '{')]],
    ['a package.json that is null', [file('package.json', 'null')]],
    ['a manifest further down', [file('lib/requirements.txt')]],
  ])('is not said of %s', (_, files) => {
    expect(uninstalled({ files })).toEqual([]);
  });

  it('is said of each manifest', () => {
    const files = [NAMES_ONE, file('pyproject.toml'), file('requirements.txt')];
    expect(uninstalled({ files }).map((line) => line.split(',')[0]?.split(' is ')[0])).toEqual([
      'package.json names packages',
      'what pyproject.toml names',
      'what requirements.txt names',
    ]);
  });
});
