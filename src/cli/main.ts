/** The command line: the same stages as the page, in Node. Standard output carries results only; everything else goes to standard error. */
import { parseArgs } from 'node:util';
import { backUp, restore } from './backup';
import { evaluate } from './evaluate';
import { exportModel } from './export';
import { inspect } from './inspect';
import { quality } from './quality';
import { makeSample } from './sample';
import { score } from './score';
import { simulate, simulateOptions, type SimulateWords } from './simulate';
import { train } from './train';
import { CommandError, InputError, UsageError } from './usage';

const usage = `pumpside – learns how a pump behaves when it is well, and finds where it does not

  inspect FILE [--json] [--answer ABOUT=OPTION]…
      tells what a file of readings holds and what it leaves open: CSV, Excel, Parquet, C-MAPSS, gzip, ZIP;
      train, score, quality and evaluate take --answer as well
  train FILE --recipe NAME --out DIR [--name NAME] [--rows N]
      trains on the first N rows (default: the recipe's healthy range) and writes the model to DIR
  score FILE --model DIR [--json]
      scores FILE with a trained model; prints findings, or with --json everything
  quality FILE [--json]
      checks what FILE is worth to learn from; prints the issues, or with --json every check
  evaluate DIR --recipe NAME [--json FILE] [--predictions DIR] [--seeds N]
      walks a folder of labelled CSV files by the SKAB protocol and prints F1, FAR and MAR beside the floors
  export --model DIR --out DIR
      writes the model's network to DIR as TensorFlow.js and Keras read it
  sample [--csv FILE] [--out DIR]
      writes the sample pump's readings to FILE, and trains its model as shipped in models/ into DIR
  simulate --csv FILE [--hours H] [--rate HZ] [--seed N] [--duty RUN/REST] [--fault FAULT[,FAULT…]]
      writes the readings of a simulated pump to FILE; --duty starts and stops it, in hours
  simulate --port N [--pumps K] [--rate HZ] [--speed X] [--format json|ndjson|senml|influx] [--asset NAME] [--seed N] [--fault …]
      sends the readings of K pumps to every WebSocket client of 127.0.0.1:N until it is interrupted
      FAULT is KIND[@CHANNEL][:severity[:startH[:course[:durationH]]]], with course step, ramp or exponential
  backup FILE
      writes the backend's database to FILE: that of DATABASE_URL, or of the folder PUMPSIDE_DATA_DIR (./data), whose server must be stopped
  restore FILE
      fills the same database, which must be empty, from FILE
`;

type Value = string | boolean | (string | boolean)[] | undefined;
type Command = (path: string | undefined, options: Record<string, Value>) => Promise<void>;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const list = { type: 'string', multiple: true } as const;
type Option = typeof text | typeof flag | typeof list;

/** Each command with the options it takes; any other is refused. `--json` takes a file for `evaluate` and nothing for `score`. */
const commands: Record<string, { options: Record<string, Option>; run: Command }> = {
  inspect: {
    options: { json: flag, answer: list },
    run: (path, { json, answer }) => inspect(path, json === true, strings(answer))
  },
  train: {
    options: { recipe: text, out: text, name: text, rows: text, answer: list },
    run: (path, { recipe, out, name, rows, answer }) =>
      train(path, str(recipe), str(out), str(name), str(rows), strings(answer))
  },
  score: {
    options: { model: text, json: flag, answer: list },
    run: (path, { model, json, answer }) => score(path, str(model), json === true, strings(answer))
  },
  quality: {
    options: { json: flag, answer: list },
    run: (path, { json, answer }) => quality(path, json === true, strings(answer))
  },
  evaluate: {
    options: { recipe: text, json: text, predictions: text, seeds: text, answer: list },
    run: (path, { recipe, json, predictions, seeds, answer }) =>
      evaluate(path, str(recipe), str(json), str(predictions), str(seeds), strings(answer))
  },
  export: {
    options: { model: text, out: text },
    run: (_, { model, out }) => exportModel(str(model), str(out))
  },
  sample: {
    options: { out: text, csv: text },
    run: (_, { out, csv }) => makeSample(str(out), str(csv))
  },
  simulate: {
    options: Object.fromEntries(simulateOptions.map((name) => [name, text])),
    run: (_, words) => simulate(words as SimulateWords)
  },
  backup: { options: {}, run: (path) => backUp(path) },
  restore: { options: {}, run: (path) => restore(path) }
};

const str = (value: Value) => (typeof value === 'string' ? value : undefined);
const strings = (value: Value) => (Array.isArray(value) ? value.map(String) : []);

/** Runs one command; throws a `UsageError` where the words are off. */
async function run([name, ...words]: string[]): Promise<void> {
  if (name === undefined || ['help', '--help', '-h'].includes(name) || words.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const command = commands[name];
  if (!command) throw new UsageError(`no command "${name}"; there are ${Object.keys(commands).join(', ')}`);
  const { values, positionals } = parseWords(words, command.options);
  const [path, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one file or folder, not ${positionals.length}: ${positionals.join(' ')}`);
  await command.run(path, values);
}

function parseWords(args: string[], options: Record<string, Option>) {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof InputError || error instanceof CommandError;
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write('`npm run -s pumpside -- help` tells how it is used.\n');
  process.exitCode = 1;
}
