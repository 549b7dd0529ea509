/** One record of a CSV text. */
export interface CsvRecord {
  /** In which line it begins, from 1 on. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** What is wrong with a text, and in which line. */
export interface CsvProblem {
  readonly line: number;
  readonly detail: string;
}

/** A cell and what ends it: in quotes, where a doubled quote is one, or without any. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** The records of a CSV text (RFC 4180, line feeds alone too); empty lines are left out. */
export function csvRecords(text: string): readonly CsvRecord[] | CsvProblem {
  const records: CsvRecord[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    const began = line;
    const cells: string[] = [];
    for (let isOpen = true; isOpen;) {
      CELL.lastIndex = at;
      const found = CELL.exec(text);
      if (!found) return { line, detail: 'a quote stands in a cell without quotes, or is never closed' };
      const [whole, quoted, bare = '', end] = found;
      cells.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
      at += whole.length;
      line += whole.split('\n').length - 1;
      isOpen = end === ',';
    }
    if (cells.length > 1 || cells[0] !== '') records.push({ line: began, cells });
  }
  return records;
}
