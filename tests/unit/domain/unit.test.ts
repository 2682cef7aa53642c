/** Units in the spellings of the field, and what a value in them is in the canonical one. */
import { describe, expect, it } from 'vitest';
import { pumpChannels } from '$lib/domain/pump-channel';
import { ambiguousUnits, canonicalUnits, foldUnit, readUnit, toCanonical, units } from '$lib/domain/unit';

describe('a unit', () => {
  it.each([
    ['Hz', 50, 3000],
    ['rad/s', 100, 954.93],
    ['rpm', 1480, 1480],
    ['1/min', 1480, 1480],
    ['°F', 212, 100],
    ['degF', 32, 0],
    ['K', 293.15, 20],
    ['deg C', 60, 60],
    ['C', 60, 60],
    ['psi', 14.504, 1],
    ['PSIG', 100, 6.8948],
    ['kPa', 101.3, 1.013],
    ['MPa', 0.55, 5.5],
    ['inHg', 30, 1.01592],
    ['in/s pk', 0.1, 1.796],
    ['in/s RMS', 0.1, 2.54],
    ['m/s', 0.0028, 2.8],
    ['mm/s RMS', 2.8, 2.8],
    ['m³/h', 60, 1000],
    ['m3/h', 60, 1000],
    ['L/s', 10, 600],
    ['l/min', 800, 800],
    ['lpm', 800, 800],
    ['gpm', 100, 378.54],
    ['bpd', 1000, 110.4],
    ['mA', 20, 0.02]
  ])('%s: %d is %d', (text, value, canonical) => {
    const unit = readUnit(text)!;
    expect(toCanonical(unit, value)).toBeCloseTo(canonical, canonical > 100 ? 1 : 3);
  });

  it('is not what only looks like one', () => {
    for (const text of ['', 'mPa', 'mPa·s', 'V', '%', 'g', 'furlong', 'kW', 'm/s2', 'in/s']) {
      expect(readUnit(text), text).toBeNull();
    }
  });

  it('of inches per second is open without peak or RMS', () => {
    expect(ambiguousUnits('IPS').map(({ symbol }) => symbol)).toEqual(['in/s RMS', 'in/s pk']);
    expect(ambiguousUnits('mm/s')).toEqual([]);
  });
});

describe('the table', () => {
  it('writes no two units alike, and reads each symbol as itself', () => {
    const spellings = units.flatMap((unit) => [...new Set([foldUnit(unit.symbol), ...unit.spellings])]);
    expect(new Set(spellings).size).toBe(spellings.length);
    for (const unit of units) expect(readUnit(unit.symbol)).toBe(unit);
  });

  it('leaves canonical values as they are, for every pump channel', () => {
    for (const { quantity, unit, id } of pumpChannels) {
      expect(unit).toBe(canonicalUnits[quantity]);
      expect(readUnit(unit), id).toMatchObject({ quantity, factor: 1, offset: 0 });
    }
  });
});
