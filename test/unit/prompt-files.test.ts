import { describe, expect, it } from 'vitest';
import { checkFileNames, faultOf } from '../../src/domain/prompt-files.ts';

const LIMITS = { filesMax: 4, nameCharsMax: 40 };
const codeOf = (...names: string[]) => checkFileNames(names, LIMITS)?.code;

describe('names of files that are handed over', () => {
  it('are paths inside the workspace, in whatever language', () => {
    expect(codeOf()).toBeUndefined();
    expect(codeOf('report.pdf', 'out/a.png', 'out/b c.png', 'größe 猫.txt')).toBeUndefined();
  });

  it.each([
    ...['', '/etc/passwd', '..', '../x', 'a/../b', './a', 'a//b', 'a/', '.', 'a\\b', 'C:\\x'],
    ...['a\0b', 'a\nb', '\x1b]0;x\x07', 'a\u202eb', 'a\u2028b', 'a\u200bb', 'a\ud800', 'é'.repeat(128)],
    ...['env.json', 'env.json/x', 'x'.repeat(41), Array(33).fill('a').join('/').slice(0, 40) + '/a'],
    ...[
      '.bashrc',
      '.git/config',
      'a/.git/hooks/x',
      '-rf',
      'a/-x',
      '~',
      '~root',
      'a ',
      ' a',
      '\u3000a',
      'a.',
      'a./b',
      ' ',
    ],
  ])('are none of these: %j', (name) => {
    expect(checkFileNames(['fine', name], LIMITS)).toMatchObject({ code: 'invalid_path', field: 'files.1' });
  });

  it.each([
    ['a', 'a'],
    ['a.png', 'A.PNG'],
    ['é', 'e\u0301'],
    ['ﬁle', 'FILE'],
    ['straße', 'STRASSE'],
    ['a', 'a/b'],
    ['A/b', 'a'],
    ['Out/a', 'out/A'],
  ])('are not two for what some filesystem takes for one: %j and %j', (one, other) => {
    expect(checkFileNames([one, other], LIMITS)).toMatchObject({ code: 'invalid_path', field: 'files.1' });
  });

  it('may share a folder, and are no more than the limit', () => {
    expect(codeOf('out/a', 'out/b', 'out/in/c', 'in/out')).toBeUndefined();
    expect(checkFileNames(['a', 'b', 'c', 'd', 'e'], LIMITS)).toMatchObject({ code: 'too_many_files', limit: 4 });
  });

  it('are told with what is wrong, in one line and cut', () => {
    const long = 'a\n'.repeat(5000);
    expect(checkFileNames([long], { ...LIMITS, nameCharsMax: 20_000 })?.message).toMatch(/^"a\\na\\n[^\n]{1,300}$/);
    expect(faultOf('link', 2, 'x', 9)).toMatchObject({ code: 'file_refused', field: 'files.2' });
    expect(faultOf('missing', 0, 'x', 9)).toMatchObject({ code: 'file_not_found', field: 'files.0' });
    expect(faultOf('too_large', 1, 'x', 9)).toMatchObject({ code: 'files_too_large', limit: 9 });
  });
});
