/** The unit that a column's header gives away. Only its text: nothing is converted, and a person may correct it. */

/** Endings of the pump columns, as in `Bearing_Temperature_C`, and the units they stand for. */
const suffixes: [ending: string, unit: string][] = [
  ['_mm_s', 'mm/s'],
  ['_L_min', 'L/min'],
  ['_bar', 'bar'],
  ['_RPM', '1/min'],
  ['_C', '°C'],
  ['_A', 'A']
];

/** The unit in `Pressure [bar]`, `Pressure (bar)` or `Oil_Pressure_bar`; empty where the header names none. */
export function findUnit(header: string): string {
  const name = header.trim();
  const bracketed = /\[([^[\]]*)\]$|\(([^()]*)\)$/.exec(name);
  if (bracketed) return (bracketed[1] ?? bracketed[2] ?? '').trim();
  return suffixes.find(([ending]) => name.endsWith(ending))?.[1] ?? '';
}
