/** The model card: what a person should know before trusting a model. */
import type { Finding } from '../lib/domain/finding';
import type { Manifest } from '../lib/domain/manifest';

const time = (ms: number) => new Date(ms).toISOString();
const figure = (value: number) => String(Number(value.toPrecision(4)));

/** Writes the card in Markdown. `command` is the line that makes the model again. */
export function writeReport(manifest: Manifest, findings: Finding[], command: string): string {
  const { training, threshold, recipe, channels } = manifest;
  const rows = [
    [
      'Recipe',
      `${recipe.name}: windows of ${recipe.window.steps} rows, LSTM ${recipe.model.encoder.join('+')} / ${recipe.model.decoder.join('+')}`
    ],
    [
      'Trained on',
      `${training.rows} rows, ${training.windows} windows, ${time(training.t0Ms)} to ${time(training.t1Ms)}`
    ],
    ['Data (SHA-256)', training.dataSha256],
    ['Epochs', `${training.loss.length}, kept the weights of epoch ${training.bestEpoch + 1}`],
    [
      'Loss, validation loss',
      `${figure(training.loss[training.bestEpoch]!)}, ${figure(training.validationLoss[training.bestEpoch]!)}`
    ],
    ['Time and engine', `${training.seconds.toFixed(1)} s on ${training.backend}`],
    ['Code version', training.codeVersion],
    [
      'Threshold',
      `${figure(threshold.value)}: ${recipe.threshold.factor} × the ${recipe.threshold.quantile} quantile of ${threshold.healthyWindows} healthy windows`
    ],
    ['Findings on its own healthy range', String(threshold.healthyFindings)]
  ];
  const scales = channels.map(
    ({ name, unit, mean, deviation }) => `| ${name} | ${unit} | ${figure(mean)} | ${figure(deviation)} |`
  );
  const found = findings.map((finding, i) => {
    const [top] = finding.contributions;
    const end = finding.endMs === null ? 'open at the end' : time(finding.endMs);
    const why = top ? `${top.channel} ${figure(top.seen)}, expected ${figure(top.expected)} ${top.unit}` : '';
    return `| ${i + 1} | ${time(finding.startMs)} | ${end} | ${finding.severity} | ${finding.evidence} | ${why} |`;
  });
  return [
    `# ${manifest.id}`,
    '',
    `The model of ${manifest.assetName}. Made by \`${command}\`.`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    '## Channels and their scales on the healthy range',
    '',
    '| channel | unit | mean | deviation |',
    '| --- | --- | --- | --- |',
    ...scales,
    '',
    '## Findings on the whole recording',
    '',
    '| | start | end | severity | evidence | first sensor |',
    '| --- | --- | --- | --- | --- | --- |',
    ...found,
    ''
  ].join('\n');
}
