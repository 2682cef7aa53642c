/**
 * The floors: what something trivial scores on the same recording. They stand beside every result, so that a number cannot
 * look good by itself. Fitted on the training rows only and never told a label. They ignore gaps, as the benchmark does.
 */
import { createRandom } from '../domain/random';
import { flagAbove, type MethodScore } from './method-score';
import { principalAxes, squaredResidual } from './principal-components';
import { quantile, standardise, trailingMean, type Column } from './standard-score';

/** The clock's alarm row: where the SKAB anomalies begin. A floor that knows nothing but the time. */
const clockRow = 570;
/** Components whose residual `pca-q` scores, at most one less than there are channels. */
const pcaComponents = 4;

/**
 * Scores the test rows (`trainRows` … end) of one recording by every floor. `columns` are the raw channels, all of one
 * length; a row with a missing value is unknown to the statistical floors. `seed` is the random floor's: another one for each
 * recording, or the luck of one is the luck of all.
 */
export function scoreFloors(columns: readonly Column[], trainRows: number, seed: number): MethodScore[] {
  const rows = columns[0]?.length ?? 0;
  const z = columns.map((column) => standardise(column, trainRows));
  const smoothZ = (n: number) => meanAbs(columns.map((column) => standardise(trailingMean(column, n), trainRows)));
  const random = createRandom(seed);
  const clock = Float64Array.from({ length: rows }, (_, row) => row);
  const chance = Float64Array.from({ length: rows }, () => random.uniform());
  const axes = principalAxes(
    z.map((column) => column.subarray(0, trainRows)),
    Math.min(pcaComponents, z.length - 1)
  );

  const causal = (name: string, rule: string, score: Float64Array, threshold: number): MethodScore => {
    const test = score.slice(trainRows);
    return { name, rule, lookaheadRows: 0, score: test, flags: flagAbove(test, threshold) };
  };
  const fitted = (name: string, score: Float64Array, q: number, factor = 1): MethodScore => {
    const rule = `q${String(q).slice(1)}${factor === 1 ? '' : ` × ${Number(factor.toFixed(3))}`}`;
    return causal(name, rule, score, factor * quantile(score.subarray(0, trainRows), q));
  };
  return [
    causal('flag-all', 'every row', new Float64Array(rows).fill(1), 0),
    causal('clock', `row ≥ ${clockRow}`, clock, clockRow - 1),
    causal('random', 'score > 0.5', chance, 0.5),
    fitted('max-z', maxAbs(z), 0.99),
    fitted('mean-z', meanAbs(z), 0.99),
    fitted('pca-q, mean 10', trailingMean(squaredResidual(z, axes), 10), 0.999, 4 / 3),
    fitted('smooth-z 10', smoothZ(10), 0.99, 1.5),
    fitted('smooth-z 30', smoothZ(30), 0.99, 1.5)
  ];
}

function maxAbs(z: readonly Float64Array[]): Float64Array {
  return Float64Array.from(z[0] ?? [], (_, i) => z.reduce((max, column) => Math.max(max, Math.abs(column[i]!)), 0));
}

function meanAbs(z: readonly Float64Array[]): Float64Array {
  return Float64Array.from(z[0] ?? [], (_, i) => z.reduce((sum, column) => sum + Math.abs(column[i]!), 0) / z.length);
}
