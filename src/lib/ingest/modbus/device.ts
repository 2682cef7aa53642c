/**
 * One device of a Modbus line and one round of asking it: requests, the answers as a reading, and what to say about what did not come.
 * Knows the master and no time but the clock it is given.
 */
import type { Clock } from '../../domain/clock';
import { Quality } from '../../domain/reading-block';
import type { ChannelLayout, Reading } from '../../domain/reading';
import { fail } from '../../domain/result';
import type { LossKind, Register, RegisterMap, SourceLoss } from '../../domain/source';
import { nameException } from './frame';
import { groupRegisters, splitGroup } from './groups';
import type { Group } from './groups';
import type { Answer, ModbusMaster } from './master';
import { readValueOf } from './value';

/** Registers of one device that are asked together, as often as `pollMs` says. */
export interface Round {
  address: number;
  asset: string;
  pollMs: number;
  layout: ChannelLayout;
  registers: Register[];
  groups: Group[];
}

/** What a round came to: a reading where anything was answered, and what was lost. `isSilent`: the device gave no answer at all. */
export interface Asked {
  reading: Reading | null;
  losses: SourceLoss[];
  isSilent: boolean;
}

/** Exceptions that say that the request asks for too much, or for registers that are not there. */
const askedTooMuch = new Set([2, 3]);

/** The rounds of a device: one for each pace in its map. */
export function planRounds(address: number, asset: string, { registers }: RegisterMap): Round[] {
  const paces = [...new Set(registers.map(({ pollMs }) => pollMs))].sort((a, b) => a - b);
  return paces.map((pollMs) => {
    const own = registers.filter((register) => register.pollMs === pollMs);
    const layout = { names: own.map(({ column }) => column), units: own.map(({ unit }) => unit) };
    return { address, asset, pollMs, layout, registers: own, groups: groupRegisters(own) };
  });
}

/** Asks all of a round. A group that the device refuses is asked in smaller ones, now and from now on; a silent device is not asked for the rest. Null where the master was stopped. */
export async function askRound(round: Round, master: ModbusMaster, clock: Clock): Promise<Asked | null> {
  const values = new Map<Register, number>();
  const losses: SourceLoss[] = [];
  const rest = [...round.groups];
  round.groups = [];
  let isSilent = false;
  while (rest.length > 0 && !isSilent) {
    const group = rest.shift()!;
    const { functionCode, start, count } = group;
    const answer = await master.ask({ address: round.address, functionCode, start, count });
    if (answer.kind === 'stopped') return null;
    const parts = answer.kind === 'exception' && askedTooMuch.has(answer.code) ? splitGroup(group) : [group];
    if (parts.length > 1) {
      rest.unshift(...parts);
      continue;
    }
    round.groups.push(group);
    if (answer.kind === 'registers') {
      for (const register of group.registers) values.set(register, readValueOf(register, start, answer.data));
      continue;
    }
    losses.push(describeLoss(round.address, group, answer));
    isSilent = answer.kind === 'silent' || answer.kind === 'garbled';
  }
  round.groups.push(...rest);
  const reading = values.size > 0 ? makeReading(round, values, clock.now()) : null;
  return { reading, losses, isSilent: isSilent && reading === null };
}

function makeReading({ asset, layout, registers }: Round, found: Map<Register, number>, tMs: number): Reading {
  const values = new Float32Array(registers.length);
  const quality = new Uint8Array(registers.length);
  registers.forEach((register, i) => {
    const value = found.get(register);
    values[i] = value ?? NaN;
    if (value === undefined) quality[i] = Quality.missing;
    else if (!Number.isFinite(value)) quality[i] = Quality.sourceBad;
    else if (!Number.isFinite(values[i])) quality[i] = Quality.unreadable;
    if (quality[i] !== Quality.good) values[i] = NaN;
  });
  const isGood = quality.every((code) => code === Quality.good);
  return { asset, tMs, layout, values, quality: isGood ? null : quality, isHistorical: false };
}

function describeLoss(
  address: number,
  { start, count, registers }: Group,
  answer: Exclude<Answer, { kind: 'registers' | 'stopped' }>
): SourceLoss {
  const where = `device ${address}, registers ${start} to ${start + count - 1} (${registers[0]!.column})`;
  const [kind, found] = describeAnswer(answer);
  return { kind, count: 1, example: fail('unexpected', where, found, `${count} registers`).fault };
}

function describeAnswer(answer: Exclude<Answer, { kind: 'registers' | 'stopped' }>): [LossKind, string] {
  switch (answer.kind) {
    case 'exception':
      return ['unreadable', `exception ${answer.code} (${nameException(answer.code)})`];
    case 'garbled':
      return ['unreadable', `${answer.bytes} bytes that are no answer`];
    case 'silent':
      return ['timeout', 'no answer'];
  }
}
