/**
 * `evaluate DIR`: the SKAB protocol over a folder of labelled files. Each file on its own: rows 0 … 399 train, the rest is
 * tested; labels are read after scoring only. Nothing is tuned per file and nothing about the folder is assumed.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DetectorFamily } from '../lib/domain/ports';
import type { Recipe } from '../lib/domain/recipe';
import { scoreFloors } from '../lib/evaluate/floors';
import { Flag, type MethodScore } from '../lib/evaluate/method-score';
import { formatMarkdown, tabulate, type EvaluatedFile } from '../lib/evaluate/report';
import { createMonitor } from '../lib/monitor/monitor';
import { joinBlocks } from '../lib/prepare/blocks';
import { openEngine } from './engine';
import { codeVersion } from '../server/code-version.mjs';
import { learn } from './learn';
import { findRecipe } from './recipe';
import { readRecording, type Recording } from './recording';
import { InputError, need, parseCount, UsageError } from './usage';

/** Rows of each file that train, by the protocol. */
const trainRows = 400;
const labelColumn = 'anomaly';
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** `evaluate DIR --recipe NAME [--json FILE] [--predictions DIR] [--seeds N]`. */
export async function evaluate(
  dir?: string,
  recipeName?: string,
  json?: string,
  predictions?: string,
  seeds?: string,
  answers: string[] = []
): Promise<void> {
  const folder = need(dir, 'DIR, the folder of labelled files');
  const recipe = findRecipe(need(recipeName, '--recipe NAME'));
  const runs = parseCount(seeds, '--seeds') ?? 1;
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.csv'))
    .sort(new Intl.Collator('en', { numeric: true }).compare);
  if (names.length === 0) throw new UsageError(`no .csv file in ${folder}`);
  const family = await openEngine();
  const files: EvaluatedFile[] = [];
  const startMs = performance.now();
  const skipped: { file: string; reason: string }[] = [];
  for (const [index, name] of names.entries()) {
    const file = await evaluateFile(join(folder, name), recipe, family, runs, index, answers);
    if ('reason' in file) {
      skipped.push({ file: name, reason: file.reason });
      say(`${name}: skipped, ${file.reason}`);
      continue;
    }
    files.push(file);
    if (predictions !== undefined) await writePredictions(predictions, file);
    say(`${name}: ${trainRows + file.t.length} rows (${index + 1} of ${names.length})`);
  }
  if (files.length === 0) throw new UsageError(`no labelled file in ${folder}`);
  const table = tabulate(files);
  const seconds = (performance.now() - startMs) / 1000;
  const rule = describeRule(recipe);
  process.stdout.write(`${rule}\n\n${formatMarkdown(table)}\n`);
  if (json === undefined) return;
  const report = {
    folder: basename(folder),
    recipe,
    recipeSha256: createHash('sha256').update(JSON.stringify(recipe)).digest('hex'),
    codeVersion: codeVersion(),
    trainRows,
    seeds: Array.from({ length: runs }, (_, i) => recipe.train.seed + i),
    seconds,
    skipped,
    pooled: table,
    files: files.map((file) => ({ file: file.name, methods: tabulate([file]) }))
  };
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
}

/** Trains and scores one file, or says why it is not part of the evaluation. */
async function evaluateFile(
  path: string,
  recipe: Recipe,
  family: DetectorFamily,
  runs: number,
  index: number,
  answers: string[]
): Promise<EvaluatedFile | { reason: string }> {
  try {
    const recording = await readRecording(path, answers);
    if (!recording.channels.some(({ name, role }) => name === labelColumn && role === 'label')) {
      return { reason: `it has no label column "${labelColumn}"` };
    }
    if (recording.rows <= trainRows) {
      return { reason: `${recording.rows} rows leave none to test after the first ${trainRows}` };
    }
    return await scoreRecording(recording, recipe, family, runs, index);
  } catch (error) {
    if (error instanceof InputError) return { reason: error.message };
    throw error;
  }
}

async function scoreRecording(
  recording: Recording,
  recipe: Recipe,
  family: DetectorFamily,
  runs: number,
  index: number
): Promise<EvaluatedFile> {
  const { channels, stepMs } = recording;
  const block = joinBlocks(recording.blocks);
  const columnOf = (name: string) => block.columns[block.channels.indexOf(name)]!;
  const readings = channels.filter(({ role }) => role === 'reading').map(({ name }) => columnOf(name));
  const methods: MethodScore[] = [];
  for (let run = 0; run < runs; run++) {
    const seeded = { ...recipe, train: { ...recipe.train, seed: recipe.train.seed + run } };
    const { artifact, detector } = await learn({
      ...recording,
      recipe: seeded,
      range: { t0Ms: block.t[0]!, t1Ms: block.t[trainRows - 1]! },
      family,
      say: () => {}
    });
    // The whole file is pushed: windows that end in the test part may reach back into training rows, which is causal.
    const monitor = createMonitor({ assetId: recording.name, manifest: artifact.manifest, detector });
    const { scores, flags } = await monitor.push(block);
    detector.dispose();
    const score = Float64Array.from(scores.score.subarray(trainRows));
    methods.push({
      name: runs === 1 ? `lstm-ae (${recipe.name})` : `lstm-ae (${recipe.name}), seed ${seeded.train.seed}`,
      rule: `q${String(recipe.threshold.quantile).slice(1)} × ${recipe.threshold.factor}, ${recipe.findings.openK} of ${recipe.findings.openN}`,
      lookaheadRows: 0,
      score,
      flags: Uint8Array.from(score, (value, i) =>
        Number.isNaN(value) ? Flag.unknown : flags[trainRows + i]! ? Flag.alarm : Flag.normal
      )
    });
  }
  return {
    name: recording.name,
    t: block.t.slice(trainRows),
    truth: Uint8Array.from(columnOf(labelColumn).subarray(trainRows), (value) => (value > 0 ? 1 : 0)),
    stepMs,
    methods: [...methods, ...scoreFloors(readings, trainRows, index + 1)]
  };
}

async function writePredictions(folder: string, { name, t, methods }: EvaluatedFile): Promise<void> {
  const { score, flags } = methods[0]!;
  const rows = Array.from(
    t,
    (tMs, i) =>
      `${new Date(tMs).toISOString()},${Number.isNaN(score[i]!) ? '' : score[i]!},${flags[i] === Flag.alarm ? 1 : 0}`
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), ['t,score,flag', ...rows, ''].join('\n'));
}

function describeRule({ name, threshold, findings, window, prepare }: Recipe): string {
  return (
    `Recipe ${name}: signals smoothed over ${prepare.smoothRows} rows, windows of ${window.steps}. Threshold: ${threshold.factor} × the ` +
    `${threshold.quantile} quantile of the training windows. An alarm opens after ${findings.openK} of ${findings.openN} windows above it and closes ` +
    `after ${findings.closeM} in a row below ${findings.closeRatio} × it. No look-ahead; windows over a gap have no score and are left out.`
  );
}
