import { describe, expect, it } from 'vitest';
import { changedKeys, fileOutline } from '../../src/config/file-outline.ts';
import { configTemplate } from '../../src/config/template.ts';

const changed = (before: string, now: string) => changedKeys(fileOutline(before), fileOutline(now));

describe('the keys that changed between two texts of a file', () => {
  it('are named by their paths, in the order of the newer one', () => {
    const before = configTemplate();
    const now = before
      .replace(/cycle_seconds: .*/, 'cycle_seconds: 2')
      .replace(/message_fee: .*/, 'message_fee: 3 # a word');
    expect(changed(before, now)).toEqual(['market.cycle_seconds', 'economy.message_fee']);
  });

  it('are those that came and those that went', () => {
    expect(changed('market:\n  cycle_seconds: 1\n', 'market:\n  ttl: 2\nlog:\n')).toEqual([
      'market.ttl',
      'market.cycle_seconds',
    ]);
    expect(changed('', 'market:\n  cycle_seconds: 1\n')).toEqual(['market.cycle_seconds']);
  });

  it('are none where only comments and empty lines did', () => {
    expect(changed('a:\n  b: 1\n', '# of a\na:\n\n  # of b\n  b: 1\n')).toEqual([]);
  });

  it('are the nearest key above what has none of its own', () => {
    const list = 'intelligence:\n  providers:\n    - name: one\n      models: [a]\n';
    expect(changed(list, list.replace('one', 'two'))).toEqual(['intelligence.providers']);
    expect(changed('a: {b: 1}\n', 'a: {b: 2}\n')).toEqual(['a']);
    expect(changed('a: |\n  one\n', 'a: |\n  two\n')).toEqual(['a']);
    expect(changed('- 1\n', '- 2\n')).toEqual(['']);
  });
});
