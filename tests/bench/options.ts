/** The command's flags. */
import { parseArgs } from 'node:util';

/** The parts of a run: the engine beside its peers, … */
const engineSections = ['cpu', 'train', 'bulk', 'gpu'] as const;
export type Section = (typeof engineSections)[number];
/** … and the built app in a browser. */
const productSections = ['latency', 'fleet', 'import', 'write', 'twin', 'alarms', 'backend', 'push'] as const;
export type ProductSection = (typeof productSections)[number];
const sections = [...engineSections, ...productSections] as const;

/** What a run was asked for. */
export interface Options {
  readonly sections: readonly Section[];
  readonly productSections: readonly ProductSection[];
  /** How long the fleet runs. */
  readonly minutes: number;
  /** File for the report as JSON. */
  readonly json: string | null;
  /** File for the report as Markdown. */
  readonly markdown: string | null;
  /** Two runs of everything: tries the bench, measures nothing. */
  readonly isTrial: boolean;
}

/** What `--help` prints. */
export const usage = `npm run bench -- [--only ${sections.join('|')}]... [--minutes N] [--json FILE] [--markdown FILE] [--trial]
  --minutes N  how long the fleet of 10,000 pumps runs (30)`;

/** Reads the flags; null where help is asked for. Throws with a readable reason on a flag it does not know. */
export function parseOptions(given: string[]): Options | null {
  const { values } = parseArgs({
    args: given,
    options: {
      only: { type: 'string', multiple: true },
      minutes: { type: 'string', default: '30' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      trial: { type: 'boolean' },
      help: { type: 'boolean' }
    }
  });
  if (values.help) return null;
  const wanted: readonly string[] = values.only ?? sections;
  for (const name of wanted) {
    if (!sections.some((section) => section === name))
      throw new Error(`--only ${name}: expected ${sections.join(', ')}`);
  }
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: expected a number above 0`);
  return {
    sections: engineSections.filter((section) => wanted.includes(section)),
    productSections: productSections.filter((section) => wanted.includes(section)),
    minutes,
    json: values.json ?? null,
    markdown: values.markdown ?? null,
    isTrial: values.trial ?? false
  };
}
