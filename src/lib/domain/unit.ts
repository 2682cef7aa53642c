/**
 * The units a pump's readings come in, and how each becomes the one unit its quantity is stored in. A table of its own because a
 * reading has only few kinds of unit, and what counts is every spelling a logger, a historian or a person gives them. It knows no
 * channel and no file.
 */

/** What a unit measures. */
export type Quantity = 'rotation' | 'temperature' | 'pressure' | 'vibration-velocity' | 'flow' | 'current';

/** A unit values are in, and what makes canonical ones of them: `value * factor + offset`. */
export interface Conversion {
  unit: string;
  factor: number;
  offset: number;
}

/** A unit of a quantity: `canonical value = value * factor + offset`. */
export interface Unit {
  symbol: string;
  quantity: Quantity;
  factor: number;
  offset: number;
  /** Other ways to write it, folded as by `foldUnit`. The symbol itself, folded, is always one. */
  spellings: string[];
}

/** The unit in which each quantity is stored. */
export const canonicalUnits: Record<Quantity, string> = {
  rotation: '1/min',
  temperature: '°C',
  pressure: 'bar',
  'vibration-velocity': 'mm/s',
  flow: 'L/min',
  current: 'A'
};

const [litresPerGallon, litresPerBarrel, mmPerInch] = [3.785411784, 158.987294928, 25.4] as const;
const peakToRms = Math.SQRT1_2;

/** Factors follow the definitions in NIST SP 811; a peak is the RMS of a sine times the root of two. */
export const units: readonly Unit[] = [
  unit('rotation', '1/min', 1, 'rpm r/min rev/min revs/min u/min min-1 min^-1 min⁻¹ upm /min revolutions/minute'),
  unit('rotation', 'Hz', 60, 'hertz 1/s r/s rps rev/s s-1 s^-1'),
  unit('rotation', 'rad/s', 30 / Math.PI, 'rads radians/s rad/sec'),

  unit('temperature', '°C', 1, 'c degc deg_c celsius degreec degreesc degcelsius degreescelsius gradc ºc ˚c oc ℃ cel'),
  unit('temperature', '°F', 5 / 9, 'f degf deg_f fahrenheit degreef degreesf degreesfahrenheit ºf ˚f ℉', -160 / 9),
  unit('temperature', 'K', 1, 'kelvin degk °k', -273.15),

  unit('pressure', 'bar', 1, 'barg bar(g) bar(a) bara bars barü bar(ü) barue'),
  unit('pressure', 'mbar', 1e-3, 'millibar mbarg mbar(g) hpa'),
  unit('pressure', 'Pa', 1e-5, 'pascal n/m2 n/m²'),
  unit('pressure', 'kPa', 1e-2, 'kpag kpa(g) kpaa kpa(a) kilopascal'),
  unit('pressure', 'MPa', 10, 'mpag megapascal n/mm2 n/mm²'),
  unit('pressure', 'psi', 0.0689475729, 'psig psia psi(g) psi(a) lbf/in2 lb/in2 lbs/in2 #/in2'),
  unit('pressure', 'inHg', 0.0338638866667, 'in.hg "hg'),
  unit('pressure', 'mmHg', 0.00133322387415, 'torr mm.hg'),
  unit('pressure', 'kgf/cm²', 0.980665, 'kgf/cm2 kg/cm2 kg/cm²'),

  unit('vibration-velocity', 'mm/s', 1, 'mm/srms mm/s(rms) mm/s-rms mm/sec mm/secrms mms-1 mm/seff mm/s(eff)'),
  unit('vibration-velocity', 'in/s RMS', mmPerInch, 'in/s(rms) in/secrms in/sec(rms) ipsrms ips(rms) inch/srms'),
  unit(
    'vibration-velocity',
    'in/s pk',
    mmPerInch * peakToRms,
    'in/s(pk) in/speak in/s(peak) in/secpk in/sec(pk) in/secpeak ipspk ips(pk) ipspeak ips(peak) inch/spk in/s0-pk in/s(0-pk)'
  ),
  unit('vibration-velocity', 'm/s', 1000, 'm/srms m/s(rms) m/sec'),

  unit('flow', 'L/min', 1, 'lpm l/m litre/min liter/min litres/min liters/min lt/min dm3/min'),
  unit('flow', 'L/s', 60, 'lps l/sec litre/s liter/s litres/s liters/s'),
  unit('flow', 'L/h', 1 / 60, 'lph l/hr l/hour'),
  unit('flow', 'm³/h', 1000 / 60, 'm3/h m^3/h cbm/h m3/hr m³/hr m^3/hr m3h m³h cmh m3ph qm/h'),
  unit('flow', 'm³/s', 60_000, 'm3/s m^3/s m3/sec m³/sec'),
  unit('flow', 'gpm', litresPerGallon, 'gal/min usgpm gpm(us) usgal/min gallons/min gallon/min us-gpm'),
  unit('flow', 'bpd', litresPerBarrel / 1440, 'bbl/d bbl/day bopd barrels/day b/d'),

  unit('current', 'A', 1, 'amp amps ampere amperes aac arms a(rms) a(ac)'),
  unit('current', 'mA', 1e-3, 'milliamp milliamps milliampere'),
  unit('current', 'kA', 1000, 'kiloamp')
];

const unitsBySpelling = new Map(
  units.flatMap((each) => [foldUnit(each.symbol), ...each.spellings].map((spelling) => [spelling, each] as const))
);

/** Inches a second without peak or RMS: which of the two it is changes the value by 41 %, so it is no unit until a person says. */
const bareInchesPerSecond = new Set(['in/s', 'in/sec', 'ips', 'inch/s', 'inches/s']);

/** The unit that `text` writes, in any of its spellings; null where there is none. A unit's case counts in `mPa` and `MPa` only. */
export function readUnit(text: string): Unit | null {
  if (/^\s*mPa/.test(text)) return null; // millipascal: no pressure of a pump, and folding would take it for megapascal
  return unitsBySpelling.get(foldUnit(text)) ?? null;
}

/** The units `text` may mean where it leaves that open; empty where it does not. */
export function ambiguousUnits(text: string): Unit[] {
  if (!bareInchesPerSecond.has(foldUnit(text))) return [];
  return units.filter(({ symbol }) => symbol === 'in/s RMS' || symbol === 'in/s pk');
}

/** `value` of a unit in its quantity's canonical one. */
export function toCanonical({ factor, offset }: Pick<Unit, 'factor' | 'offset'>, value: number): number {
  return value * factor + offset;
}

/** A unit's text with what carries no meaning taken away: case, blanks, underscores, a middle dot. */
export function foldUnit(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_·]/g, '')
    .replace(/²/g, '2')
    .replace(/³/g, '3')
    .replace(/[º˚]/g, '°');
}

function unit(quantity: Quantity, symbol: string, factor: number, spellings: string, offset = 0): Unit {
  return { symbol, quantity, factor, offset, spellings: spellings.split(' ').map(foldUnit) };
}
