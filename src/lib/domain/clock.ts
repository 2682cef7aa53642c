/** Time as a host gives it, so that a test can be its master. */
export interface Clock {
  /** Wall clock, ms since 1970 UTC. It may jump. */
  now(): number;
  /** Runs `act` once after so many ms; the function returned calls it off. */
  after(milliseconds: number, act: () => void): () => void;
}
