/** `simulate`: the twin as a maker of CSV files and as a WebSocket gateway. */
import { once } from 'node:events';
import type { Clock } from '../lib/domain/clock';
import type { TwinSetup } from '../lib/domain/source';
import { checkTwinSetup } from '../lib/simulate/source';
import { parseFaultWords } from './fault-words';
import { openGateway } from './gateway';
import { writeSimulation } from './simulate-csv';
import { InputError, parseCount, UsageError } from './usage';
import { wireFormats, type WireFormat } from './wire';

/** The options of the command; each takes a word. */
export const simulateOptions = [
  'csv',
  'hours',
  'duty',
  'port',
  'pumps',
  'asset',
  'speed',
  'format',
  'rate',
  'seed',
  'fault'
] as const;

/** The options as given. */
export type SimulateWords = Partial<Record<(typeof simulateOptions)[number], string>>;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Writes a CSV file (`--csv`), or serves until it is interrupted (`--port`). */
export async function simulate(words: SimulateWords): Promise<void> {
  if ((words.csv === undefined) === (words.port === undefined)) throw new UsageError('either --csv FILE or --port N');
  await (words.csv === undefined ? serve(words) : write(words, words.csv));
}

async function write(words: SimulateWords, file: string): Promise<void> {
  refuse(words, ['pumps', 'asset', 'speed', 'format'], '--csv');
  const hours = parseNumber(words.hours, '--hours', 24);
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const rows = await writeSimulation({
    file,
    hours,
    rateHz: parseNumber(words.rate, '--rate', 1),
    seed: parseCount(words.seed, '--seed', 0) ?? 1,
    faults: parseFaultWords(words.fault, 3600 * hours),
    duty: parseDuty(words.duty)
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - startedMs) / 1000;
  say(`${file}: ${rows} rows in ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor time`);
}

async function serve(words: SimulateWords): Promise<void> {
  refuse(words, ['hours', 'duty'], '--port');
  const format = wireFormats.find((name) => name === (words.format ?? 'json'));
  if (!format) throw new UsageError(`--format: "${words.format}" is not one of ${wireFormats.join(', ')}`);
  const setup: TwinSetup = {
    kind: 'twin',
    id: 'gateway',
    name: 'gateway',
    asset: words.asset ?? 'P-101',
    pumps: parseCount(words.pumps, '--pumps') ?? 1,
    rateHz: parseNumber(words.rate, '--rate', 1),
    seed: parseCount(words.seed, '--seed', 0) ?? 1,
    speed: parseNumber(words.speed, '--speed', 1)
  };
  const refusal = checkTwinSetup(setup);
  if (refusal) throw new InputError(refusal);
  await runGateway(parseCount(words.port, '--port', 0) ?? 0, setup, format, words.fault);
}

async function runGateway(
  port: number,
  setup: TwinSetup,
  format: WireFormat,
  faults: string | undefined
): Promise<void> {
  const injected = parseFaultWords(faults);
  const gateway = await openGateway({ port, setup, format, clock, say });
  for (const asset of gateway.source.assets) for (const fault of injected) gateway.source.inject(asset, fault);
  process.stdout.write(`ws://127.0.0.1:${gateway.port}\n`);
  say(`${setup.pumps} pumps, ${setup.rateHz} readings a second each, as ${format}; interrupt to stop`);
  await interruption();
  await gateway.close();
  say('stopped');
}

async function interruption(): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal }))).finally(() => stop.abort());
}

const clock: Clock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  }
};

function refuse(words: SimulateWords, names: (keyof SimulateWords)[], mode: string): void {
  const given = names.filter((name) => words[name] !== undefined);
  if (given.length > 0) throw new UsageError(`${mode} takes no ${given.map((name) => `--${name}`).join(', ')}`);
}

function parseNumber(text: string | undefined, what: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value > 0 && value <= 1e6)) throw new UsageError(`${what}: "${text}" is not a number above 0, at most 1000000`);
  return value;
}

function parseDuty(text: string | undefined): { runHours: number; restHours: number } | null {
  if (text === undefined) return null;
  const [run, rest, ...more] = text.split('/').map(Number);
  if (more.length > 0 || !(run! > 0) || !(rest! > 0))
    throw new UsageError(`--duty: "${text}" is not RUN/REST, in hours`);
  return { runHours: run!, restHours: rest! };
}
