/** A file that is a table by its format: an Excel sheet, a Parquet file. Its cells come as the text a CSV file would hold. */
export interface Table {
  /** Sheets with rows in them; empty where the format has none. */
  sheets: string[];
  /** The sheet that is read. */
  sheet: string | null;
  /**
   * All rows in order, the header first, in batches of any size; may be called again. Numbers as `String` writes them, times in ISO
   * 8601 (with `Z` where they are UTC), truth as 1 and 0, nothing as ''.
   */
  rows(): AsyncIterable<string[][]>;
}
