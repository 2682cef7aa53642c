/** The command's flags. */
import { parseArgs } from 'node:util';

/** The parts of a run. */
export const sections = ['cpu', 'train', 'bulk', 'gpu'] as const;
export type Section = (typeof sections)[number];

/** What a run was asked for. */
export interface Options {
  readonly sections: readonly Section[];
  /** File for the report as JSON. */
  readonly json: string | null;
  /** File for the report as Markdown. */
  readonly markdown: string | null;
  /** Two runs of everything: tries the bench, measures nothing. */
  readonly isTrial: boolean;
}

/** What `--help` prints. */
export const usage = `npm run bench -- [--only ${sections.join('|')}]... [--json FILE] [--markdown FILE] [--trial]`;

/** Reads the flags; null where help is asked for. Throws with a readable reason on a flag it does not know. */
export function parseOptions(given: string[]): Options | null {
  const { values } = parseArgs({
    args: given,
    options: {
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      markdown: { type: 'string' },
      trial: { type: 'boolean' },
      help: { type: 'boolean' }
    }
  });
  if (values.help) return null;
  const wanted = values.only ?? sections;
  for (const name of wanted) {
    if (!sections.some((section) => section === name))
      throw new Error(`--only ${name}: expected ${sections.join(', ')}`);
  }
  return {
    sections: sections.filter((section) => wanted.includes(section)),
    json: values.json ?? null,
    markdown: values.markdown ?? null,
    isTrial: values.trial ?? false
  };
}
