/** Takes the rows of a file in order. `line` is the line on which the row begins; 1 is the file's first. */
export interface RowSink {
  /** `text` is the row as it stands in the file; null where that is the fields joined by the delimiter. */
  row(fields: string[], line: number, text: string | null): void;
  /** A line that is no row: its quotes do not close, or it is too long (`field-count`; `text` is its beginning). */
  broken(reason: 'bad-quotes' | 'field-count', line: number, text: string): void;
  /** Whether a row that runs over several lines is to be believed. If not, its first line is broken and the next starts anew. */
  acceptsLineBreak(fields: string[]): boolean;
}
