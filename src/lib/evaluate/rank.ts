/**
 * Metrics of the ranking alone, without a threshold: ROC-AUC and average precision. Rows with a NaN score are unknown and
 * left out. One class only has no ranking: null.
 */

/** ROC-AUC by ranks, ties averaged: (Σ ranks of positives − P(P+1)/2) / (P·N). */
export function rocAuc(truth: Uint8Array, score: Float64Array): number | null {
  const groups = groupTies(truth, score);
  const { positives, negatives } = countClasses(groups);
  if (positives === 0 || negatives === 0) return null;
  let negativesAbove = 0;
  let lost = 0;
  for (const group of groups) {
    // A pair in one tie counts half, which is the same as averaging its ranks.
    lost += group.positives * (negativesAbove + group.negatives / 2);
    negativesAbove += group.negatives;
  }
  return 1 - lost / (positives * negatives);
}

/** Average precision: Σ (R_k − R_{k−1}) · Prec_k over the distinct scores in falling order, ties taken together. */
export function averagePrecision(truth: Uint8Array, score: Float64Array): number | null {
  const groups = groupTies(truth, score);
  const { positives, negatives } = countClasses(groups);
  if (positives === 0 || negatives === 0) return null;
  let hits = 0;
  let flagged = 0;
  let sum = 0;
  for (const group of groups) {
    hits += group.positives;
    flagged += group.positives + group.negatives;
    sum += group.positives * (hits / flagged);
  }
  return sum / positives;
}

/** Rows of each class that share one score. */
interface Tie {
  positives: number;
  negatives: number;
}

/** Ties in falling order of score. */
function groupTies(truth: Uint8Array, score: Float64Array): Tie[] {
  if (truth.length !== score.length) throw new RangeError(`${score.length} scores for ${truth.length} rows of truth`);
  const known = [...score.keys()].filter((i) => !Number.isNaN(score[i]));
  // Not by subtraction: two infinite scores would give NaN.
  known.sort((a, b) => (score[a]! < score[b]! ? 1 : score[a]! > score[b]! ? -1 : 0));
  const ties: Tie[] = [];
  let previous = NaN;
  for (const i of known) {
    if (score[i] !== previous) ties.push({ positives: 0, negatives: 0 });
    previous = score[i]!;
    ties.at(-1)![truth[i] ? 'positives' : 'negatives']++;
  }
  return ties;
}

function countClasses(ties: readonly Tie[]): Tie {
  const sum = { positives: 0, negatives: 0 };
  for (const tie of ties) {
    sum.positives += tie.positives;
    sum.negatives += tie.negatives;
  }
  return sum;
}
