/** The report of rows that could not be read. */
import { describe, expect, it } from 'vitest';
import type { RejectedRow } from '$lib/domain/asset';
import { writeRejectedCsv } from '$lib/report/rejected-csv';

const expectWords = ({ reason }: RejectedRow) => (reason === 'bad-number' ? 'a number, with a comma' : 'a time');

describe('the report of rejected rows', () => {
  it('has file, line, column, value, what was expected, and the row as it stands', () => {
    const rows: RejectedRow[] = [
      { line: 7, text: '1;2,x;3', reason: 'bad-number', column: 'Öldruck', value: '2,x', isKept: true },
      { line: 9, text: '=cmd|"x"', reason: 'bad-time', column: '', isKept: false }
    ];
    expect(writeRejectedCsv('a.csv', rows, expectWords).split('\r\n')).toEqual([
      'file,line,column,value,expected,reason,kept,row',
      'a.csv,7,Öldruck,"2,x","a number, with a comma",bad-number,yes,"1;2,x;3"',
      `a.csv,9,,,a time,bad-time,no,"'=cmd|""x"""`,
      ''
    ]);
  });

  it('is its header alone where every row could be read', () => {
    expect(writeRejectedCsv('a.csv', [], expectWords)).toBe('file,line,column,value,expected,reason,kept,row\r\n');
  });
});
