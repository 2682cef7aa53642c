/**
 * What the columns of a file are, changed by a person: which one is the time, which names the pump. Such a change is made to the plan
 * itself, since no question of the file asks for it.
 */
import type { Answers, ImportPlan, PreviewColumn } from './import-plan';

/** What can be changed: a column by its index from 0, or `none`. */
export const structureParts = ['time-column', 'clock-column', 'asset-column'] as const;
export type StructurePart = (typeof structureParts)[number];

export function isStructurePart(about: string): about is StructurePart {
  return structureParts.some((part) => part === about);
}

/** The plan with the changes made; those that name no column of the file are left aside. `columns` are the file's. */
export function applyStructure(plan: ImportPlan, columns: PreviewColumn[], changes: Answers): ImportPlan {
  let changed = plan;
  for (const part of structureParts) {
    const value = changes[part];
    if (value !== undefined) changed = applyPart(changed, columns, part, value);
  }
  return changed;
}

function applyPart(plan: ImportPlan, columns: PreviewColumn[], part: StructurePart, value: string): ImportPlan {
  const at = value === 'none' ? null : Number(value);
  const column = at === null ? undefined : columns[at];
  if (at !== null && !column) return plan;
  if (part === 'asset-column') return ignore({ ...plan, assetColumn: at }, at);
  if (part === 'clock-column') return ignore({ ...plan, time: { ...plan.time, clockColumn: at } }, at);
  if (at === null) return plan;
  const clockColumn = plan.time.clockColumn === at ? null : plan.time.clockColumn;
  const format = column?.timeFormat ?? plan.time.format;
  return ignore({ ...plan, time: { ...plan.time, column: at, clockColumn, format } }, at);
}

/** A column that is the time or names the pump is no reading beside that. */
function ignore(plan: ImportPlan, column: number | null): ImportPlan {
  const channels = plan.channels.map((channel) =>
    channel.column === column && channel.tag === null ? { ...channel, role: 'ignored' as const } : channel
  );
  return { ...plan, channels };
}
