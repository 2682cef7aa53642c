/** The unit that a column's header gives away. Only its text: nothing is converted, and a person may correct it. */
import { readUnit } from '../../domain/unit';

/** Endings of the pump columns, as in `Bearing_Temperature_C`, and the units they stand for. */
const suffixes: [ending: string, unit: string][] = [
  ['_mm_s', 'mm/s'],
  ['_L_min', 'L/min'],
  ['_bar', 'bar'],
  ['_RPM', '1/min'],
  ['_C', '°C'],
  ['_A', 'A']
];

/** Units of other quantities than a pump's, as rows of units name them. */
const otherUnits = new Set(
  (
    '%,-,v,mv,kv,w,kw,mw,va,kva,var,kvar,wh,kwh,s,sec,ms,min,h,hr,d,m,mm,cm,km,µm,um,mil,mils,in,ft,g,kg,t,l,ml,m3,m³,m/s,m/s2,m/s²,' +
    'mm/s2,n,kn,nm,ohm,ω,ppm,ph,db,dba,°,deg,rad,count,counts,cnt,n/a,utc,ts,rn,volts,yyyy-mm-dd,dd.mm.yyyy,hh:mm:ss,dd/mm/yyyy,' +
    'date,time,timestamp,bool,0/1,on/off,1/0,µs,us,mm/dd/yyyy,gal,kg/h,kg/s,t/h,m³/min,m3/min,j,kj,mj'
  ).split(',')
);

/** The unit in `Pressure [bar]`, `Pressure (bar)` or `Oil_Pressure_bar`; empty where the header names none. */
export function findUnit(header: string): string {
  const name = header.trim();
  const bracketed = /\[([^[\]]*)\]$|\(([^()]*)\)$/.exec(name);
  if (bracketed) return (bracketed[1] ?? bracketed[2] ?? '').trim();
  return suffixes.find(([ending]) => name.endsWith(ending))?.[1] ?? '';
}

/** True for a cell of a row of units: a unit by itself or in brackets. */
export function isUnitText(cell: string): boolean {
  const text = cell.trim();
  if (text.length > 24 || text === '') return false;
  const bracketed = /^[[(](.*)[\])]$/.exec(text);
  return readUnit(bracketed?.[1] ?? text) !== null || otherUnits.has((bracketed?.[1] ?? text).trim().toLowerCase());
}
