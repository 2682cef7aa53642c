/** A stretch of a recording taken as healthy, both ends included, and the rows in it. */
export interface HealthyRange {
  t0Ms: number;
  t1Ms: number;
  rows: number;
}
