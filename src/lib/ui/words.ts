/**
 * Every code of the domain as words a person reads. The lists are `Record`s over the code types, so that a new code does not
 * compile until it has its words. English only; formats come from `format`. Long, because a table of words is looked up in one place.
 */
import type { RejectReason } from '../domain/asset';
import type { ChannelRole } from '../domain/channel';
import type { BackendChoice, BackendName, BackendTrial, Precision, TrainingProgress } from '../domain/engine';
import type { Contribution, Evidence, Finding, Severity } from '../domain/finding';
import type { Delimiter, TimeFormat } from '../domain/import-plan';
import type { PumpCondition, PumpState, StateReason } from '../domain/pump-state';
import type { Fault, FaultCode } from '../domain/result';
import { formatDeviation, formatNumber, formatPercent, withUnit } from './format';
import { qualityClause } from './quality-clause';

/** What happened, what was kept, and what to do. */
export interface FaultWords {
  what: string;
  kept: string;
  todo: string;
}

const conditionWords: Record<PumpCondition, string> = { normal: 'Normal', anomaly: 'Anomaly', unknown: 'Unknown' };
const severityWords: Record<Severity, string> = { low: 'Low', medium: 'Medium', high: 'High' };
const severityPriorities: Record<Severity, 1 | 2 | 3> = { high: 1, medium: 2, low: 3 };
const evidenceWords: Record<Evidence, string> = { weak: 'Weak', clear: 'Clear', strong: 'Strong' };
const backendWords: Record<BackendName, string> = { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' };
const precisionWords: Record<Precision, string> = { f32: '32-bit weights', f16: '16-bit weights' };
const roleWords: Record<ChannelRole, string> = { reading: 'Reading', label: 'Label', ignored: 'Ignore' };
const delimiterWords: Record<Delimiter, string> = {
  ',': 'Comma',
  ';': 'Semicolon',
  '\t': 'Tab',
  '|': 'Vertical bar',
  ' ': 'Blanks'
};

const timeFormatWords: Record<TimeFormat, string> = {
  iso: 'Date and time, year first (ISO 8601)',
  'day-first': 'Day first, as in 31/12/2024',
  'month-first': 'Month first, as in 12/31/2024',
  'year-first': 'Year first, as in 2024/12/31',
  'epoch-s': 'Seconds since 1970',
  'epoch-ms': 'Milliseconds since 1970',
  'epoch-us': 'Microseconds since 1970',
  'epoch-ns': 'Nanoseconds since 1970',
  'excel-1900': 'Days of Excel, since 1900',
  'excel-1904': 'Days of Excel, since 1904',
  rows: 'Number of the row'
};

const trialWords: Record<BackendTrial['outcome'], string> = {
  passed: 'Passed',
  absent: 'Not on this device',
  'software-adapter': 'Software adapter, passed over',
  'wrong-forward': 'Wrong results',
  'wrong-gradient': 'Wrong gradients',
  failed: 'Did not start'
};

const phaseWords: Record<TrainingProgress['phase'], string> = {
  starting: 'Preparing the readings',
  training: 'Learning the healthy range',
  scoring: 'Scoring the whole recording',
  storing: 'Storing the model and its findings'
};

const rejectReasonWords: Record<RejectReason, string> = {
  'field-count': 'Not as many fields as the header',
  'bad-time': 'Time not readable',
  'bad-number': 'Not a number',
  'skipped-hour': 'Time that the clock skipped',
  'duplicate-time': 'Same time as the row before',
  'time-runs-back': 'Earlier than the row before',
  'bad-quotes': 'Quotation mark not closed',
  'bad-name': 'No known sensor or pump'
};

const reasonSentences: Record<Exclude<StateReason, 'finding-open'>, string> = {
  'no-model': 'No model has learned this pump yet; train one on a range in which it was healthy.',
  'below-threshold': 'Every sensor reads as the model expects.',
  gap: 'The last window has a gap in time; readings without a gap settle it.',
  'missing-value': 'A sensor gave no value in the last window; a full window from every sensor settles it.',
  'warming-up': 'Too few readings since the start or the last gap to fill a window; more readings settle it.',
  'no-score': 'The model has not scored these readings; score the recording again.'
};

const faultLines: Record<FaultCode, FaultWords> = {
  'no-time-column': {
    what: 'No column of the file could be read as time.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Try another delimiter below, or add a column of dates with times.'
  },
  'no-numeric-channel': {
    what: 'The file has no column of numbers to use as a reading.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Try another delimiter below, or open a file with readings in it.'
  },
  'no-row': {
    what: 'The file has no row that could be read.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Open a file with a header row and at least one row of readings.'
  },
  'time-runs-back': {
    what: 'Most rows of the file are earlier than a row before them.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Sort the file by time, oldest first, or correct the one wild time stamp, and open it again.'
  },
  'not-text': {
    what: 'The file is neither text nor a workbook, a Parquet file or an archive.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Export the readings as CSV, tab-separated text or an Excel workbook and open that.'
  },
  'damaged-file': {
    what: 'The file is damaged, or is not what its name says.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Copy or export it again where it came from, and open that.'
  },
  'refused-archive': {
    what: 'The archive is not opened: it is encrypted, packed in an unusual way, or would unpack to far more than a recording.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Unpack it on a computer and open the files in it.'
  },
  'bad-plan': {
    what: 'The file does not fit the way it was to be read.',
    kept: 'Nothing was imported; the file is unchanged.',
    todo: 'Open the file again and check its columns in the preview.'
  },
  'bad-rule': {
    what: 'An alarm rule cannot be taken as it is.',
    kept: 'No rule was changed.',
    todo: 'Correct what is named below, in the form or in the file, and store it again.'
  },
  'bad-act': {
    what: 'This cannot be taken as it is.',
    kept: 'What is named below was not stored.',
    todo: 'Change it, and store it again.'
  },
  'bad-recipe': {
    what: 'The recipe for training is not valid.',
    kept: 'Your readings and models are unchanged.',
    todo: 'Choose another recipe.'
  },
  'bad-model': {
    what: 'The model could not be read.',
    kept: 'The readings are unchanged; the model in use stays in use.',
    todo: 'Export the model again where it came from, or train a new one.'
  },
  'golden-mismatch': {
    what: 'The model gives other scores on this device than where it was trained, so it is refused.',
    kept: 'The readings and earlier results are unchanged.',
    todo: 'Choose another engine on the System page, or train the model again on this device.'
  },
  'too-little-healthy-data': {
    what: 'The healthy range is too short to learn from.',
    kept: 'The readings are unchanged.',
    todo: 'Choose a longer range with fewer gaps and missing values, leave out a sensor that often has none, or take a recipe with shorter windows.'
  },
  'training-diverged': {
    what: 'The training did not settle: its loss grew beyond all bounds.',
    kept: 'The readings and earlier models are unchanged.',
    todo: 'Check the healthy range for wild values, or choose another recipe.'
  },
  'not-found': {
    what: 'This is not on the device, or no longer.',
    kept: 'Everything else is unchanged.',
    todo: 'Go back to the fleet and choose a pump there.'
  },
  quota: {
    what: 'The browser has no room left for this.',
    kept: 'Everything stored before is kept.',
    todo: 'Delete a pump or a model that is no longer needed, or free space on the device, then try again.'
  },
  'storage-closed': {
    what: 'The browser closed the database, often because another tab updated Pumpside.',
    kept: 'Everything stored before is kept.',
    todo: 'Close other tabs of Pumpside and reload this page.'
  },
  storage: {
    what: 'The browser could not store or read this.',
    kept: 'Everything stored before is kept.',
    todo: 'Try again; if it repeats, reload the page.'
  },
  'no-backend': {
    what: 'No engine of this browser computes correctly, so nothing can be trained or scored.',
    kept: 'The readings and earlier results are unchanged.',
    todo: 'See the System page for what was tried, update the browser or use another one.'
  },
  'worker-died': {
    what: 'The part of the app that did this stopped in the middle of it, often because the device ran out of memory.',
    kept: 'Everything stored before is kept; the work in progress is lost.',
    todo: 'Start it again; close other tabs if it repeats.'
  },
  unreachable: {
    what: 'The backend does not answer.',
    kept: 'Everything on this device goes on working; what others should know waits here.',
    todo: 'Try again when there is a network.'
  },
  'signed-out': {
    what: 'The backend does not know who asks.',
    kept: 'Nothing was changed.',
    todo: 'Check what you typed, or sign in again.'
  },
  refused: {
    what: 'The backend does not take this.',
    kept: 'Nothing was changed.',
    todo: 'Change what is named below.'
  },
  cancelled: {
    what: 'Cancelled.',
    kept: 'Nothing was changed.',
    todo: 'Start it again whenever you like.'
  },
  unexpected: {
    what: 'Something failed in a way Pumpside does not know.',
    kept: 'Everything stored before is kept.',
    todo: 'Try again; if it repeats, reload the page.'
  }
};

/** Known column names, in lower case, as a person says them. */
const knownChannels = new Map([
  ['motor_rpm', 'Motor speed'],
  ['bearing_temperature_c', 'Bearing temperature'],
  ['oil_pressure_bar', 'Oil pressure'],
  ['vibration_mm_s', 'Vibration'],
  ['flow_rate_l_min', 'Flow rate'],
  ['suction_pressure_bar', 'Suction pressure'],
  ['discharge_pressure_bar', 'Discharge pressure'],
  ['motor_current_a', 'Motor current'],
  ['casing_temperature_c', 'Casing temperature'],
  ['ambient_temperature_c', 'Ambient temperature']
]);

/** `Normal`, `Anomaly` or `Unknown`. */
export function conditionWord(condition: PumpCondition): string {
  return conditionWords[condition];
}

/** `Low`, `Medium` or `High`. */
export function severityWord(severity: Severity): string {
  return severityWords[severity];
}

/** The priority number in the severity's shape; 1 is the most urgent. */
export function severityPriority(severity: Severity): 1 | 2 | 3 {
  return severityPriorities[severity];
}

/** `Weak`, `Clear` or `Strong`. */
export function evidenceWord(evidence: Evidence): string {
  return evidenceWords[evidence];
}

/** The figures the evidence rests on: "peak 3.4 × the limit, above it in 96 % of 331 windows". */
export function evidenceFigures(finding: Finding): string {
  const peak = formatNumber(finding.peakScore / finding.threshold, 1);
  const above = formatPercent(finding.windowsAbove / finding.windows);
  return `peak ${peak} × the limit, above it in ${above} of ${formatNumber(finding.windows)} windows`;
}

/** What happened, was kept and is to be done. Place, value and expectation stay in the fault, shown beside the words. */
export function faultWords(fault: Fault): FaultWords {
  return faultLines[fault.code];
}

/** Why a row of the file was left out or kept without one value. */
export function rejectReasonWord(reason: RejectReason): string {
  return rejectReasonWords[reason];
}

/** `WebGPU`, `WASM` or `CPU`. */
export function backendWord(backend: BackendName): string {
  return backendWords[backend];
}

/** What a person asks for in the settings; `auto` is "Automatic". */
export function backendChoiceWord(choice: BackendChoice): string {
  return choice === 'auto' ? 'Automatic' : backendWords[choice];
}

/** What numbers a model's weights are: `16-bit weights`. */
export function precisionWord(precision: Precision): string {
  return precisionWords[precision];
}

/** How a backend did in the self-test. */
export function trialWord(outcome: BackendTrial['outcome']): string {
  return trialWords[outcome];
}

/** What a training is doing now. */
export function phaseWord(phase: TrainingProgress['phase']): string {
  return phaseWords[phase];
}

/** What a column is used for. */
export function roleWord(role: ChannelRole): string {
  return roleWords[role];
}

/** Name of the character between the fields. */
export function delimiterWord(delimiter: Delimiter): string {
  return delimiterWords[delimiter];
}

/** How the time column is written. */
export function timeFormatWord(format: TimeFormat): string {
  return timeFormatWords[format];
}

/** A column's name as a person says it, without its unit, which stands beside it, and without underscores. */
export function channelWords(name: string): string {
  const said = knownChannels.get(name.toLowerCase());
  return (
    said ??
    name
      .replace(/_(mm_s|L_min|bar|Hz|C|A)$/, '')
      .replaceAll('_', ' ')
      .trim()
  );
}

/** One sentence on why the pump's state is what it is; for an open finding it names the largest contribution. Never holds a condition's word. */
export function stateSentence(state: PumpState): string {
  if (state.reason === 'finding-open') return deviationSentence(state.finding?.contributions[0]);
  if (state.reason === 'missing-value' && state.cause) {
    const { channel, quality } = state.cause;
    return `${channelWords(channel)} ${qualityClause(quality)}; a full window of good values settles it.`;
  }
  if (state.reason === 'below-threshold' && state.endedFindings > 0) {
    const ended =
      state.endedFindings === 1
        ? '1 earlier finding has'
        : `${formatNumber(state.endedFindings)} earlier findings have`;
    return `Every sensor reads as the model expects; ${ended} ended.`;
  }
  return reasonSentences[state.reason];
}

function deviationSentence(contribution: Contribution | undefined): string {
  if (!contribution) return 'The readings differ from what the model expects.';
  const difference = contribution.seen - contribution.expected;
  const name = channelWords(contribution.channel);
  // Equal means with a large error: the signal swings, or stands still, where the model expects otherwise.
  if (!Number.isFinite(difference) || difference === 0) return `${name} moves otherwise than the model expects.`;
  const size = formatDeviation(Math.abs(difference), 0).difference.replace('+', '');
  return `${name} ${withUnit(size, contribution.unit)} ${difference > 0 ? 'above' : 'below'} what the model expects, on average.`;
}
