/** Names and units of a reading's channels. One object is shared by all readings laid out alike: compare by identity first. */
export interface ChannelLayout {
  readonly names: readonly string[];
  /** As long as `names`; empty where the source does not tell. */
  readonly units: readonly string[];
}

/** What one asset measured at one time, as a source tells it. */
export interface Reading {
  /** The asset as the source names it. */
  asset: string;
  /** The sample's own time, ms since 1970 UTC; the time of arrival where the source gives none, of quality `arrivalTime`. */
  tMs: number;
  layout: ChannelLayout;
  /** As long as the layout's names; NaN where a value is missing. */
  values: Float32Array;
  /** `Quality` codes, as long as `values`; null where every value is good. */
  quality: Uint8Array | null;
  /** Stored by the source and forwarded later: it is kept and scored, and never moves a live state. */
  isHistorical: boolean;
}
