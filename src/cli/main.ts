/** The command line: the same stages as the page, in Node. Standard output carries results only; everything else goes to standard error. */
import { parseArgs } from 'node:util';
import { evaluate } from './evaluate';
import { exportModel } from './export';
import { makeSample } from './sample';
import { score } from './score';
import { train } from './train';
import { InputError, UsageError } from './usage';

const usage = `pumpside – learns how a pump behaves when it is well, and finds where it does not

  train FILE --recipe NAME --out DIR [--name NAME] [--rows N]
      trains on the first N rows (default: the recipe's healthy range) and writes the model to DIR
  score FILE --model DIR [--json]
      scores FILE with a trained model; prints findings, or with --json everything
  evaluate DIR --recipe NAME [--json FILE] [--predictions DIR] [--seeds N]
      walks a folder of labelled CSV files by the SKAB protocol and prints F1, FAR and MAR beside the floors
  export --model DIR --out DIR
      writes the model's network to DIR as TensorFlow.js and Keras read it
  sample [--csv FILE] [--out DIR]
      writes the sample pump's readings to FILE, and trains its model as shipped in models/ into DIR
`;

type Command = (path: string | undefined, options: Record<string, string | boolean | undefined>) => Promise<void>;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Each command with the options it takes; any other is refused. `--json` takes a file for `evaluate` and nothing for `score`. */
const commands: Record<string, { options: Record<string, typeof text | typeof flag>; run: Command }> = {
  train: {
    options: { recipe: text, out: text, name: text, rows: text },
    run: (path, { recipe, out, name, rows }) => train(path, str(recipe), str(out), str(name), str(rows))
  },
  score: {
    options: { model: text, json: flag },
    run: (path, { model, json }) => score(path, str(model), json === true)
  },
  evaluate: {
    options: { recipe: text, json: text, predictions: text, seeds: text },
    run: (path, { recipe, json, predictions, seeds }) =>
      evaluate(path, str(recipe), str(json), str(predictions), str(seeds))
  },
  export: {
    options: { model: text, out: text },
    run: (_, { model, out }) => exportModel(str(model), str(out))
  },
  sample: {
    options: { out: text, csv: text },
    run: (_, { out, csv }) => makeSample(str(out), str(csv))
  }
};

const str = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);

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

function parseWords(args: string[], options: Record<string, typeof text | typeof flag>) {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof InputError;
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write('`npm run -s pumpside -- help` tells how it is used.\n');
  process.exitCode = 1;
}
