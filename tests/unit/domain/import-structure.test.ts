/** A person's changes of where things stand in a file. */
import { describe, expect, it } from 'vitest';
import type { ImportPlan, PlannedChannel, PreviewColumn } from '$lib/domain/import-plan';
import { applyStructure } from '$lib/domain/import-structure';

const channel = (column: number): PlannedChannel => ({
  name: `c${column}`,
  unit: '',
  role: column === 0 ? 'ignored' : 'reading',
  column,
  tag: null,
  mappedTo: null,
  factor: 1,
  offset: 0,
  sentinels: []
});
const columns = [0, 1, 2].map((index): PreviewColumn => ({
  name: `c${index}`,
  unit: '',
  numericShare: 1,
  timeFormat: index === 2 ? 'epoch-s' : null,
  suggested: null
}));
const plan = {
  dataLine: 2,
  assetColumn: null,
  time: {
    column: 0,
    clockColumn: 2,
    format: 'iso',
    zone: 'UTC',
    doubledHour: 'by-order',
    rowMs: 1000,
    order: 'rising'
  },
  channels: [0, 1, 2].map(channel)
} as unknown as ImportPlan;
const rolesOf = ({ channels }: ImportPlan) => channels.map(({ role }) => role);

describe('a change of structure', () => {
  it('takes another column for the time, in the format that column has, and no longer for a reading', () => {
    const changed = applyStructure(plan, columns, { 'time-column': '2' });
    expect(changed.time).toMatchObject({ column: 2, clockColumn: null, format: 'epoch-s' });
    expect(rolesOf(changed)).toEqual(['ignored', 'reading', 'ignored']);
  });

  it('takes a column for the name of the pump, for the time of day, or none', () => {
    expect(applyStructure(plan, columns, { 'asset-column': '1' })).toMatchObject({ assetColumn: 1 });
    expect(rolesOf(applyStructure(plan, columns, { 'asset-column': '1' }))).toEqual(['ignored', 'ignored', 'reading']);
    expect(applyStructure(plan, columns, { 'clock-column': 'none' }).time.clockColumn).toBeNull();
  });

  it('that names nothing of the file changes nothing', () => {
    const strange = { 'time-column': 'none', 'clock-column': '9', 'asset-column': 'x', other: '1' };
    expect(applyStructure(plan, columns, strange)).toEqual(plan);
  });
});
