/** The published predictions of ten methods on valve1, unpacked from the data pack's fixture into flags. */
import { Flag, type MethodScore } from '$lib/evaluate/method-score';
import { readFixture, type Recording } from './data-pack';

interface Predictions {
  methods: Record<string, { expected: Expected; predictions: Record<string, Prediction> }>;
}

interface Expected {
  TP: number;
  TN: number;
  FP: number;
  FN: number;
  F1: number;
  FAR_pct: number;
  MAR_pct: number;
}

interface Prediction {
  first_covered_test_row: number;
  covered_rows: number;
  runs: [start: number, length: number][];
}

export function readPublished(): { name: string; expected: Expected; methodScore(file: Recording): MethodScore }[] {
  return Object.entries(readFixture<Predictions>('skab_valve1_predictions.json').methods).map(([name, method]) => ({
    name,
    expected: method.expected,
    methodScore: (file) => {
      const prediction = method.predictions[file.name]!;
      const first = prediction.first_covered_test_row;
      const flags = new Uint8Array(file.truth.length).fill(Flag.unknown);
      flags.fill(Flag.normal, first, first + prediction.covered_rows);
      for (const [start, length] of prediction.runs) flags.fill(Flag.alarm, first + start, first + start + length);
      return { name, rule: 'published', lookaheadRows: 0, score: new Float64Array(flags.length).fill(NaN), flags };
    }
  }));
}
