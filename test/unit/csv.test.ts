import { describe, expect, it } from 'vitest';
import { csvLine } from '../../src/cli/output/csv.ts';

describe('a cell of a CSV file', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(1)', ' =1', '\t=1', '\n=1', '＝1', '"=1"'])(
    'begins with an apostrophe where it would be a formula: %j',
    (text) => {
      expect(csvLine([text])).toMatch(/^"?[\t\n]?'/);
    },
  );

  it('holds no formula for a spreadsheet that separates by semicolons, tabs or lines', () => {
    expect(csvLine(['a;=1+1'])).toBe('"a;\'=1+1"\n');
    expect(csvLine(['a\t@x'])).toBe('"a\t\'@x"\n');
    expect(csvLine(['a\r\n"=1'])).toBe('"a\n\'""=1"\n');
  });

  it('shows control characters instead of carrying them', () => {
    expect(csvLine(['\u001b[2J\u0000\r\u007f\u009b\u202ex'])).toBe('␛[2J␀␍␡\uFFFD\uFFFDx\n');
  });

  it('is left as it is where it is a number or plain', () => {
    expect(csvLine([-1, 2.5, null, true, 'a - b, "c"', 'tx_1'])).toBe('-1,2.5,,true,"a - b, ""c""",tx_1\n');
  });
});
