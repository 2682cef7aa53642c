import { expect, test } from 'vitest';
import { delimiters } from '$lib/domain/import-plan';
import { createRowCutter, maxRowLength, maxRowLines } from '$lib/ingest/csv/rows';

interface Cut {
  line: number;
  fields?: string[];
  broken?: string;
  text: string | null;
}

/** Everything the cutter hands over, for `text` in pieces of `length` characters. */
function cut(text: string, length = text.length || 1, acceptsLineBreak = true): Cut[] {
  const cuts: Cut[] = [];
  const cutter = createRowCutter(';', {
    row: (fields, line, raw) => cuts.push({ line, fields, text: raw }),
    broken: (broken, line, raw) => cuts.push({ line, broken, text: raw }),
    acceptsLineBreak: () => acceptsLineBreak
  });
  for (let at = 0; at < text.length; at += length) cutter.push(text.slice(at, at + length));
  cutter.finish();
  return cuts;
}

const lines = (cuts: Cut[]): number[] => cuts.map(({ line }) => line);
const fields = (cuts: Cut[]): (string[] | undefined)[] => cuts.map((row) => row.fields);

test.each(['\n', '\r\n', '\r'])('counts lines that end with %j, blank ones included', (end) => {
  const cuts = cut(['a;b', '', '1;2', '3;4'].join(end));
  expect(lines(cuts)).toEqual([1, 2, 3, 4]);
  expect(fields(cuts)).toEqual([['a', 'b'], [''], ['1', '2'], ['3', '4']]);
});

test('a last line with and without a line end is one row', () => {
  expect(cut('a;b\n1;2')).toEqual(cut('a;b\n1;2\n'));
  expect(cut('a;b\r\n1;2')).toEqual(cut('a;b\r\n1;2\r\n'));
});

test('line ends may be mixed', () => {
  expect(lines(cut('a\rb\r\nc\nd\n\re'))).toEqual([1, 2, 3, 4, 5, 6]);
});

test('drops a byte order mark at the very beginning only', () => {
  expect(fields(cut('\ufeffa;b\n\ufeff1;2'))).toEqual([
    ['a', 'b'],
    ['\ufeff1', '2']
  ]);
  expect(cut('\ufeffa;b', 1)).toEqual(cut('a;b'));
});

test.each(delimiters)('splits at %j and at no other delimiter', (delimiter) => {
  const rows: string[][] = [];
  const cutter = createRowCutter(delimiter, {
    row: (row) => rows.push(row),
    broken: () => 0,
    acceptsLineBreak: () => true
  });
  const others = delimiters.filter((other) => other !== delimiter).join('');
  cutter.push(`a${delimiter}${others}${delimiter}\n"x${delimiter}y"${delimiter}${delimiter}z\n`);
  expect(rows).toEqual([
    ['a', others, ''],
    [`x${delimiter}y`, '', 'z']
  ]);
});

test('reads quoted fields: delimiters, doubled quotes, line ends, blanks behind the closing quote', () => {
  const cuts = cut('"a;b";"say ""hi""";""\r\n"two\r\nlines" ;x;y\r\n1;2;3\r\n');
  expect(fields(cuts)).toEqual([
    ['a;b', 'say "hi"', ''],
    ['two\nlines', 'x', 'y'],
    ['1', '2', '3']
  ]);
  expect(lines(cuts)).toEqual([1, 2, 4]);
  expect(cuts[0]?.text).toBe('"a;b";"say ""hi""";""');
});

test('a quote inside an unquoted field is plain text', () => {
  expect(fields(cut('6" pipe;2\n3;4'))).toEqual([
    ['6" pipe', '2'],
    ['3', '4']
  ]);
});

test.each([
  ['text behind the closing quote', '"a"b;2'],
  ['an odd quote at the end of a field', '"a"";2'],
  ['an opening quote alone', '1;"2']
])('%s breaks its own line only', (_, line) => {
  const cuts = cut(`x;y\n${line}\n3;4\n5;6\n`);
  expect(cuts[1]).toEqual({ line: 2, broken: 'bad-quotes', text: line });
  expect(cuts.slice(2).map((row) => [row.line, row.fields])).toEqual([
    [3, ['3', '4']],
    [4, ['5', '6']]
  ]);
});

test('a row over several lines that is not believed breaks its first line only', () => {
  const cuts = cut('x;y\n1;"2\n3;4\n5";6\n7;8\n', 3, false);
  expect(cuts.map(({ line, broken }) => [line, broken])).toEqual([
    [1, undefined],
    [2, 'bad-quotes'],
    [3, undefined],
    [4, undefined],
    [5, undefined]
  ]);
});

test.each([1, 1000, 65_536, 1e7])('a stray quote costs one line of a long file, in pieces of %d', (length) => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i};${i / 4}`);
  rows[500] = '500;"125';
  const cuts = cut(`${rows.join('\n')}\n`, length);
  expect(cuts.filter(({ broken }) => broken)).toEqual([{ line: 501, broken: 'bad-quotes', text: '500;"125' }]);
  expect(lines(cuts)).toEqual(rows.map((_, i) => i + 1));
});

test('rows behind a stray quote are handed over once the bound is passed, not at the end of the file', () => {
  let last = 0;
  const sink = { row: (_: string[], line: number) => (last = line), broken: () => 0, acceptsLineBreak: () => true };
  const cutter = createRowCutter(';', sink);
  cutter.push(`1;"2\n${'3;4\n'.repeat(maxRowLength / 4 - 2)}`);
  expect(last).toBe(0);
  cutter.push('5;6\n'.repeat(2));
  expect(last).toBe(maxRowLength / 4 + 1);
});

test('a quoted row may run over the bound of lines and not over one more', () => {
  const quoted = (count: number): string => `1;"${'x\n'.repeat(count - 1)}";2\n3;4\n`;
  expect(lines(cut(quoted(maxRowLines)))).toEqual([1, maxRowLines + 1]);
  const over = cut(quoted(maxRowLines + 1), 7);
  expect(over[0]).toEqual({ line: 1, broken: 'bad-quotes', text: '1;"x' });
  expect(over).toEqual(cut(quoted(maxRowLines + 1)));
});

test.each([100, 65_536, 65_537, 1e7])(
  'a line is broken where it is longer than the bound, in pieces of %d',
  (length) => {
    const longest = 'x'.repeat(maxRowLength);
    const cuts = cut(`1;2\n${longest}\n3;4\n${longest}y\n${longest}${longest}\n5;6\n${longest}y`, length);
    expect(cuts.map(({ line, broken }) => [line, broken])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, 'field-count'],
      [5, 'field-count'],
      [6, undefined],
      [7, 'field-count']
    ]);
  }
);

test('lines that each close the quote of the line before and open another are all broken, in bounded time', () => {
  const cuts = cut('a";"c\n'.repeat(30_000), 65_536);
  expect(cuts).toHaveLength(30_000);
  expect(cuts.every(({ broken }) => broken === 'bad-quotes')).toBe(true);
});
