/**
 * Registers gathered into requests: one request for many neighbours instead of one for each, and smaller ones where a device refuses.
 * Knows no line.
 */
import type { Register } from '../../domain/source';
import { mostRegisters } from './frame';
import type { ReadFunction } from './frame';
import { widthOf } from './register-map';

/** Registers that one request reads: `count` from `start` on, some of them perhaps nobody's. */
export interface Group {
  functionCode: ReadFunction;
  start: number;
  count: number;
  registers: Register[];
}

/** A hole this wide costs less line time than a request of its own. */
const widestGap = 4;

/** Gathers registers into as few requests as holes of `gap` registers and the longest request allow. */
export function groupRegisters(registers: readonly Register[], gap = widestGap): Group[] {
  const groups: Group[] = [];
  const sorted = [...registers].sort((a, b) => a.fc - b.fc || a.address - b.address);
  for (const register of sorted) {
    const end = register.address + widthOf(register.type);
    const last = groups.at(-1);
    if (
      last?.functionCode === register.fc &&
      register.address <= last.start + last.count + gap &&
      end - last.start <= mostRegisters
    ) {
      last.count = Math.max(last.count, end - last.start);
      last.registers.push(register);
    } else {
      groups.push({
        functionCode: register.fc,
        start: register.address,
        count: end - register.address,
        registers: [register]
      });
    }
  }
  return groups;
}

/** Smaller groups of the same registers for a device that refused this one: without holes, else in halves; as it is where it has but one register. */
export function splitGroup(group: Group): Group[] {
  const whole = groupRegisters(group.registers, 0);
  if (whole.length > 1 || group.registers.length === 1) return whole;
  const half = group.registers.length >> 1;
  return [group.registers.slice(0, half), group.registers.slice(half)].flatMap((part) => groupRegisters(part, 0));
}
