/**
 * Readings, scores, assets, models and findings to be stored in tests: small, with structure, each value its own.
 */
import type { Asset, RejectedRow } from '$lib/domain/asset';
import type { Finding } from '$lib/domain/finding';
import type { Manifest, ModelArtifact } from '$lib/domain/manifest';
import type { PumpState } from '$lib/domain/pump-state';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '$lib/domain/score';

/** A ramp and a sine with a missing value in each, one row a second from `t0Ms`. */
export function sampleReadings(assetId: string, t0Ms: number, rows: number, channels = 2): ReadingBlock {
  const columns = Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: rows }, (_, row) =>
      row === 1 + channel ? NaN : Math.sin(row / 7 + channel) + row / 100
    )
  );
  return {
    assetId,
    channels: columns.map((_, channel) => `channel ${channel}`),
    t: Float64Array.from({ length: rows }, (_, row) => t0Ms + 1000 * row + 0.125),
    columns,
    quality: columns.map((column) => Uint8Array.from(column, (v) => (Number.isNaN(v) ? Quality.missing : Quality.good)))
  };
}

/** Scores that warm up for two rows. */
export function sampleScores(assetId: string, modelId: string, t0Ms: number, rows: number): ScoreBlock {
  const { channels, t, columns } = sampleReadings(assetId, t0Ms, rows);
  const isWarm = (row: number) => row >= 2;
  return {
    assetId,
    modelId,
    channels,
    t,
    score: Float32Array.from(t, (_, row) => (isWarm(row) ? 0.5 + row / 64 : NaN)),
    status: Uint8Array.from(t, (_, row) => (isWarm(row) ? ScoreStatus.scored : ScoreStatus.warmingUp)),
    channelError: columns.map((column) => column.map(Math.abs)),
    expected: columns.map((column) => column.map((value) => value * 2))
  };
}

export const sampleState: PumpState = {
  condition: 'normal',
  reason: 'below-threshold',
  sinceMs: 1000,
  finding: null,
  endedFindings: 2
};

export function sampleAsset(id: string): Asset {
  return {
    id,
    name: `Pump ${id}`,
    createdMs: 5,
    source: 'pump.csv',
    channels: [
      { name: 'pressure', unit: 'bar', role: 'reading' },
      { name: 'anomaly', unit: '', role: 'label' }
    ],
    rows: 100,
    t0Ms: 0,
    t1Ms: 99_000,
    stepMs: 1000,
    rejectedRows: 1,
    activeModelId: null
  };
}

export const sampleRejected: RejectedRow[] = [
  { line: 7, text: '2020;x;', reason: 'bad-number', column: 'pressure', isKept: true },
  { line: 9, text: '', reason: 'field-count', column: '', isKept: false }
];

export function sampleArtifact(id: string, createdMs: number): ModelArtifact {
  const manifest: Manifest = {
    format: 1,
    id,
    assetName: 'Pump a',
    createdMs,
    recipe: {
      name: 'r',
      title: 'R',
      note: '',
      healthy: { share: 0.5, minRows: 10, maxRows: 1000 },
      prepare: { smoothRows: 1, scale: 'standard', clip: null, maxGapSteps: 3 },
      window: { steps: 10, stride: 1 },
      model: { kind: 'lstm-autoencoder', encoder: [4], latent: null, decoder: [4] },
      train: {
        loss: 'mse',
        learningRate: 0.001,
        batchSize: 8,
        maxEpochs: 3,
        patience: 1,
        minGain: 0,
        validationShare: 0.1,
        seed: 1
      },
      score: { error: 'mae' },
      threshold: { quantile: 0.99, factor: 1.5 },
      findings: { openK: 3, openN: 5, closeM: 5, closeRatio: 0.9 }
    },
    channels: [{ name: 'pressure', unit: 'bar', mean: 2.5, deviation: 0.25 }],
    stepMs: 1000,
    threshold: { value: 0.75, healthyWindows: 41, healthyFindings: 0, healthyMs: 50_000 },
    training: {
      t0Ms: 0,
      t1Ms: 50_000,
      rows: 50,
      windows: 41,
      loss: [1, 0.5],
      validationLoss: [1.1, 0.6],
      bestEpoch: 1,
      seconds: 2,
      backend: 'cpu',
      codeVersion: 'dev',
      dataSha256: '00'
    },
    weights: { sha256: '11', tensors: [{ name: 'kernel', shape: [2, 3] }] }
  };
  return {
    manifest,
    weights: Float32Array.from([1, -0, 1e-45, 0.1, 3.4e38, -7]),
    golden: { windows: [0.1, 0.2], scores: [0.3], tolerance: 1e-4 }
  };
}

export function sampleFinding(assetId: string, modelId: string, startMs: number): Finding {
  return {
    id: `${modelId}-${startMs}`,
    assetId,
    modelId,
    startMs,
    openedMs: startMs + 3000,
    endMs: null,
    peakMs: startMs + 5000,
    peakScore: 2.25,
    threshold: 0.75,
    windows: 20,
    windowsAbove: 15,
    severity: 'high',
    evidence: 'strong',
    contributions: [{ channel: 'pressure', unit: 'bar', share: 1, seen: 3, expected: 2 }]
  };
}
