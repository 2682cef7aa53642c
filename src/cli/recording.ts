/** A readings file as a recording: the same readers as on the page, fed from the disk. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { findOpenQuestion, storedChannel, type Answers } from '../lib/domain/import-plan';
import type { Channel } from '../lib/domain/channel';
import type { ReadingBlock } from '../lib/domain/reading-block';
import { previewFiles, readFiles } from '../lib/ingest/files';
import { createRowReader } from '../lib/ingest/row-reader';
import { fileOf, type SourceFile } from '../lib/ingest/source-file';
import { createBlockJudge } from '../lib/prepare/quality/judge';
import { defaultRules } from '../lib/prepare/quality/rules';
import { InputError, UsageError } from './usage';

/** A recording in memory: blocks with readings and labels, the channels, and how many rows could not be read. */
export interface Recording {
  name: string;
  blocks: ReadingBlock[];
  channels: Channel[];
  stepMs: number;
  rows: number;
  rejectedRows: number;
}

/** Reads a whole file by the plan its preview proposes under these answers (`about=option`). It must be about one asset. */
export async function readRecording(path: string, answers: string[] = []): Promise<Recording> {
  const file = await openFromDisk(path);
  const previewed = await previewFiles([file], null, { wish: { answers: parseAnswers(answers) }, nowMs: Date.now() });
  if (!previewed.ok) throw new InputError(previewed.fault);
  const [group, ...others] = previewed.value.groups;
  if (others.length > 0) throw refuse(file.name, `${others.length + 1} recordings`, 'one');
  const { plan, fileNames, survey } = group!;
  const open = findOpenQuestion(plan);
  if (open) {
    const options = open.options.map(({ id, example }) => `--answer '${open.about}=${id}' (${example})`);
    throw refuse(`${file.name}, ${open.about}, ${open.where}`, 'no answer', options.join(' or '));
  }
  if (survey.assets.length > 1) {
    const names = survey.assets.map(({ name }) => name);
    throw refuse(file.name, `${names.length} assets: ${names.slice(0, 5).join(', ')}`, 'one');
  }
  const reader = createRowReader(plan, { idOf: () => file.name });
  const blocks: ReadingBlock[] = [];
  const read = await readFiles([file], fileNames, plan, reader, () => void blocks.push(...reader.takeBlocks()));
  if (!read.ok) throw new InputError(read.fault);
  const finished = reader.finish();
  if (!finished.ok) throw new InputError({ ...finished.fault, where: `${file.name}, ${finished.fault.where}` });
  const { counts, assets, rejectedCount } = finished.value;
  const channels = plan.channels.filter(({ role }) => role !== 'ignored').map(storedChannel);
  const judge = createBlockJudge(defaultRules(channels.filter(({ role }) => role === 'reading')));
  return {
    name: file.name,
    blocks: [...blocks, ...finished.value.blocks].map(judge),
    channels,
    stepMs: assets[0]!.stepMs,
    rows: counts.accepted,
    rejectedRows: rejectedCount
  };
}

function refuse(where: string, found: string, expected: string): InputError {
  return new InputError({ code: 'bad-plan', where, found, expected });
}

/** A file of the disk as the readers take it; read piece by piece when it is read. */
export async function openFromDisk(path: string): Promise<SourceFile> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new UsageError(`${path}: there is no such file`);
  if (!found.isFile()) throw new UsageError(`${path}: a folder, expected a file of readings`);
  const blob = await openAsBlob(path);
  return fileOf({ name: basename(path), size: blob.size, slice: (from, to) => blob.slice(from, to) });
}

/** Answers from the command line, each `about=option`; an option may hold further equals signs. */
export function parseAnswers(words: string[]): Answers {
  const answers: Answers = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`--answer "${word}": expected about=option`);
    answers[word.slice(0, at)] = word.slice(at + 1);
  }
  return answers;
}
