/** What the product's sections find: one figure each, with the goal it must not exceed. */
import type { ProductSection } from '../options';

export interface Figure {
  section: ProductSection;
  measure: string;
  value: number;
  unit: 'µs' | 'ms' | 's' | 'kB' | 'MB' | '×' | '%' | '';
  /** The most that is allowed; null where nothing is promised. */
  goal: number | null;
}

/** A section under way: whom it tells, how long it may take, and where its figures go. */
export interface SectionRun {
  /** Everything shortly: tries the section, measures nothing. */
  readonly isTrial: boolean;
  /** How long the fleet runs. */
  readonly minutes: number;
  /** The served app. */
  readonly origin: string;
  /** A folder that is deleted after the section. */
  readonly scratch: string;
  say(line: string): void;
  add(measure: string, value: number, unit: Figure['unit'], goal?: number | null): void;
  /** Something a reader must know to read the figures. */
  note(line: string): void;
}
