/** The command line: the same stages as the page, in Node. Standard output carries results only; everything else goes to standard error. */
import { parseArgs } from 'node:util';
import { evaluate } from './evaluate';
import { makeSample } from './sample';
import { score } from './score';
import { train } from './train';
import { UsageError } from './usage';

const usage = `pumpside – learns how a pump behaves when it is well, and finds where it does not

  train FILE --recipe NAME --out DIR [--name NAME] [--rows N]
      trains on the first N rows (default: the recipe's healthy range) and writes the model to DIR
  score FILE --model DIR [--json]
      scores FILE with a trained model; prints findings, or with --json everything
  evaluate DIR --recipe NAME [--json FILE] [--predictions DIR] [--seeds N]
      walks a folder of labelled CSV files by the SKAB protocol and prints F1, FAR and MAR beside the floors
  sample [--csv FILE] [--out DIR]
      writes the sample pump's readings to FILE, and trains its model as shipped in models/ into DIR
`;

const options = {
  recipe: { type: 'string' },
  out: { type: 'string' },
  name: { type: 'string' },
  rows: { type: 'string' },
  model: { type: 'string' },
  json: { type: 'boolean' },
  predictions: { type: 'string' },
  seeds: { type: 'string' },
  csv: { type: 'string' },
  help: { type: 'boolean' }
} as const;

/** Runs one command; throws a `UsageError` where the words are off. */
async function run(words: string[]): Promise<void> {
  const [command, ...rest] = words;
  // `--json` takes a file for `evaluate` and nothing for `score`, as the commands have always been written.
  const jsonTakesFile = command === 'evaluate';
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { ...options, json: { type: jsonTakesFile ? 'string' : 'boolean' } }
  });
  const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);
  const [path] = positionals;
  if (positionals.length > 1)
    throw new UsageError(`one file or folder, not ${positionals.length}: ${positionals.join(' ')}`);
  if (command === undefined || command === 'help' || values.help) return void process.stdout.write(usage);
  if (command === 'train')
    return train(path, text(values.recipe), text(values.out), text(values.name), text(values.rows));
  if (command === 'score') return score(path, text(values.model), values.json === true);
  if (command === 'evaluate') {
    return evaluate(path, text(values.recipe), text(values.json), text(values.predictions), text(values.seeds));
  }
  if (command === 'sample') return makeSample(text(values.out), text(values.csv));
  throw new UsageError(`no command "${command}"`);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof UsageError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${isOurs ? (error as Error).message : error instanceof Error ? error.stack : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}`);
  process.exitCode = 1;
}
