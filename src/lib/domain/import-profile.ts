/**
 * What a person said about a layout of files, kept so that the next file of that layout need not ask again. Only what was said is
 * kept, never what the app proposed: a better proposal of a later version, or of the file itself, is not held back by it.
 */
import { structureParts } from './import-structure';
import {
  lineTopics,
  type Answers,
  type ImportPlan,
  type ImportPreview,
  type PlannedChannel,
  type Question
} from './import-plan';

/** What a person decided about one column, or one tag of a long file. */
export type ChannelChoice = Pick<PlannedChannel, 'column' | 'tag' | 'role' | 'unit' | 'mappedTo' | 'factor' | 'offset'>;

/** What was said about one layout. */
export interface ImportProfile {
  /** Names the layout, see `layoutSignature`. */
  signature: string;
  /** The file it was last said of, and when it was imported. */
  fileName: string;
  usedMs: number;
  answers: Answers;
  choices: ChannelChoice[];
}

/** Answers that are given unasked, since nothing in the file could ask for them. */
const unasked = new Set<string>(['encoding', 'delimiter', ...lineTopics, ...structureParts]);

/** The same for two files whose columns have the same names and units in the same order, whatever stands in them. */
export function layoutSignature({ plan, columns }: Pick<ImportPreview, 'plan' | 'columns'>): string {
  return JSON.stringify([plan.format, plan.layout, columns.map(({ name, unit }) => [name, unit])]);
}

/** The answers of a profile that a file's own questions leave room for: what the file itself decides is not overruled. */
export function answersFor({ answers }: ImportProfile, questions: Question[]): Answers {
  const fitting = Object.entries(answers).filter(([about, option]) => {
    const question = questions.find((each) => each.about === about);
    if (!question) return unasked.has(about);
    return about === 'time-zone' || question.options.some(({ id }) => id === option);
  });
  return Object.fromEntries(fitting);
}

/** What a person chose for channels of `proposed`: those of `chosen` that differ from them. */
export function findChoices(proposed: ImportPlan, chosen: ImportPlan): ChannelChoice[] {
  return chosen.channels.flatMap((channel, index) => {
    const before = proposed.channels[index];
    const { column, tag, role, unit, mappedTo, factor, offset } = channel;
    const choice = { column, tag, role, unit, mappedTo, factor, offset };
    const isSame =
      before && Object.entries(choice).every(([key, value]) => before[key as keyof ChannelChoice] === value);
    return isSame ? [] : [choice];
  });
}

/** The plan with the choices made for its columns and tags; choices for others are left aside. */
export function applyChoices(plan: ImportPlan, choices: ChannelChoice[]): ImportPlan {
  const channels = plan.channels.map((channel) => {
    const choice = choices.find(({ column, tag }) => column === channel.column && tag === channel.tag);
    return choice ? { ...channel, ...choice } : channel;
  });
  return { ...plan, channels };
}
