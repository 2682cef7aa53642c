/**
 * The words that column headers of pumps are made of, English and German, short and long, and what each stands for. Data only;
 * how a header is cut into words is `words.ts`, which sets of words make a channel is `name.ts`.
 */

/** What a word stands for. `noise` says nothing about which reading it is: "sensor", "actual value". */
export type Concept =
  | 'ambient'
  | 'bearing'
  | 'casing'
  | 'current'
  | 'discharge'
  | 'flow'
  | 'motor'
  | 'noise'
  | 'oil'
  | 'overall'
  | 'pressure'
  | 'pump'
  | 'rate'
  | 'rms'
  | 'rpm'
  | 'shaft'
  | 'speed'
  | 'suction'
  | 'temperature'
  | 'velocity'
  | 'vibration'
  | 'volume';

const wordsOf: Record<Concept, string> = {
  ambient: 'ambient amb environment environmental room umgebung umgebungs aussen raum',
  bearing: 'bearing bearings brg brgs brng bear lager waelzlager',
  casing: 'casing case housing hsg volute gehaeuse pumpengehaeuse',
  current: 'current curr amp ampere strom',
  discharge:
    'discharge disch dischg dschg dsch dis outlet outl delivery foerder druckseite druckseitig druckseitiger austritt auslass',
  flow: 'flow flw flowrate throughput durchfluss durchflussmenge durchsatz volumenstrom foerderstrom foerdermenge',
  motor: 'motor mot mtr drive antrieb antriebs',
  noise:
    'sensor value val pv actual act ist wert istwert mean avg average mittel mittelwert measured messwert reading signal of the ofthe installation der des am an at in im de nde end side a b',
  oil: 'oil lube lub lubricating lubrication lubricant oel schmieroel schmier',
  overall: 'overall total gesamt broadband',
  pressure: 'pressure press pres prs prss druck',
  pump: 'pump pumpe pumpen pmp',
  rate: 'rate',
  rms: 'rms eff effektiv effektivwert',
  rpm: 'rpm drehzahl motordrehzahl upm',
  shaft: 'shaft rotor welle wellen rotation rotational rotating',
  speed: 'speed spd revs revolutions',
  suction: 'suction suct suc inlet intake inl saug saugseite saugseitig saugseitiger ansaug eintritt einlass zulauf',
  temperature: 'temperature temperatur temp temps tmp tempr',
  velocity: 'velocity vel veloc geschwindigkeit',
  vibration: 'vibration vibrations vib vibr vibe vibes schwingung schwingungen schwing vibrationen',
  volume: 'volume vol volumetric volumen'
};

/** Words and symbols that say several things at once; as symbols they count only without a number ("Ps30" is another quantity). */
export const symbols: ReadonlyMap<string, Concept[]> = new Map([
  ['q', ['flow']],
  ['n', ['speed']],
  ['i', ['current']],
  ['p', ['pressure']],
  ['t', ['temperature']],
  ['ps', ['suction', 'pressure']],
  ['pd', ['discharge', 'pressure']],
  ['tamb', ['ambient', 'temperature']],
  ['tbrg', ['bearing', 'temperature']],
  ['poil', ['oil', 'pressure']],
  ['imot', ['motor', 'current']],
  ['psuc', ['suction', 'pressure']],
  ['pdis', ['discharge', 'pressure']],
  ['amps', ['motor', 'current']],
  ['amperage', ['motor', 'current']],
  ['strom', ['motor', 'current']],
  ['stromaufnahme', ['motor', 'current']],
  ['enddruck', ['discharge', 'pressure']]
]);

/** Each word, and what it stands for. */
export const vocabulary: ReadonlyMap<string, Concept> = new Map(
  (Object.entries(wordsOf) as [Concept, string][]).flatMap(([concept, words]) =>
    words.split(' ').map((word) => [word, concept] as const)
  )
);
