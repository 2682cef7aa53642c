/** Faults as words of the command line: `strainer`, `bearing-wear:0.8:24:ramp`, `sensor-stuck@Flow_Rate_L_min:1:2`. */
import { parseFault, type TwinFault } from '../lib/simulate/fault';
import { InputError, UsageError } from './usage';

/**
 * Faults from `KIND[@CHANNEL][:severity[:startH[:course[:durationH]]]]`, several joined by commas. `endS`, where the run has an end, is
 * when a ramp or exponential without a duration has fully grown; otherwise that takes an hour.
 */
export function parseFaultWords(words: string | undefined, endS?: number): TwinFault[] {
  if (words === undefined) return [];
  return words.split(',').map((word) => parseWord(word, endS));
}

function parseWord(word: string, endS: number | undefined): TwinFault {
  const [target = '', severity, startH, course, durationH, ...more] = word.split(':');
  if (more.length > 0)
    throw new UsageError(`--fault: "${word}" is not KIND[@CHANNEL][:severity[:startH[:course[:durationH]]]]`);
  const [kind, channel] = target.split('@');
  const startS = 3600 * number(startH, 0);
  const rest = endS === undefined ? 1 : (endS - startS) / 3600;
  const fault = parseFault({
    kind,
    channel: channel ?? null,
    severity: number(severity, 1),
    startS,
    course: course ?? 'step',
    durationS: 3600 * number(durationH, Math.max(rest, 1 / 3600))
  });
  if (!fault.ok) throw new InputError({ ...fault.fault, where: `--fault ${word}, ${fault.fault.where}` });
  return fault.value;
}

/** The number, or NaN for words, which the check then refuses. */
function number(text: string | undefined, otherwise: number): number {
  return text === undefined || text === '' ? otherwise : Number(text);
}
