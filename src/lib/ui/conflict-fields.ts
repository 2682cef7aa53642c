/** What differs between what was asked for and what stands at the backend, field by field, as words a person reads. */
import type { AlarmRule } from '../domain/alarm';
import type { Conflict } from '../domain/operation';
import { alarmEventWord } from './alarm-words';
import { formatDuration, formatSignificant } from './format';
import { findRuleDifferences } from './rule-fields';

/** One field, as it was asked for and as it is. */
export interface ConflictField {
  word: string;
  mine: string;
  theirs: string;
}

/** Counted by the machine, of no use to whoever decides. */
const unsaid = ['id', 'assetId', 'version'];

/** The fields that differ; none where either side has no such thing at all. */
export function conflictFields({ operation, theirs }: Conflict): ConflictField[] {
  const there = theirs?.kind === operation.kind ? theirs.body : null;
  if (!there) return [];
  if (operation.kind === 'rule') {
    const lines = operation.body.rule ? findRuleDifferences(operation.body.rule, there as AlarmRule) : [];
    return lines.map(({ word, before, after }) => ({ word, mine: before, theirs: after }));
  }
  const mineFields: Record<string, unknown> = { ...operation.body };
  const thereFields: Record<string, unknown> = { ...there };
  return Object.keys(mineFields).flatMap((key) => {
    const [asked, stands] = [show(key, mineFields[key]), show(key, thereFields[key])];
    return asked === stands || unsaid.includes(key) ? [] : [{ word: wordOf(key), mine: asked, theirs: stands }];
  });
}

/** What a conflict is about, by name; empty where it has none. */
export function conflictName({ operation, theirs }: Conflict): string {
  const there = theirs?.body && 'name' in theirs.body ? theirs.body.name : '';
  switch (operation.kind) {
    case 'rule':
      return operation.body.rule?.name ?? there;
    case 'asset':
      return operation.body.name;
    case 'comment':
      return operation.body.text;
    case 'alarm':
      return [there, alarmEventWord(operation.body.event.kind).toLowerCase()].filter((part) => part !== '').join(', ');
    case 'finding':
    case 'promotion':
      return '';
  }
}

/** `onDelayMs` as `On delay`, `isEnabled` as `Enabled`. */
function wordOf(key: string): string {
  const words = key
    .replace(/^is|Ms$|Min$/g, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function show(key: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return key.endsWith('Ms') ? formatDuration(value) : formatSignificant(value, 6);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join('; ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
