/** Which of the ten pump channels a header names, judged by its words and by what its unit measures. Knows no value. */
import type { PumpChannelId } from '../../domain/pump-channel';
import type { Quantity } from '../../domain/unit';
import type { Concept } from './vocabulary';
import { readConcepts, splitWords } from './words';

/** How sure a name is. `clear`: it can hardly mean anything else. `likely`: a person should say. */
export type Certainty = 'clear' | 'likely';

export interface NamedChannel {
  channel: PumpChannelId;
  certainty: Certainty;
}

/** One way to name a channel: the concepts that must be there and those that may; "pump" always may. */
interface Pattern {
  channel: PumpChannelId;
  quantity: Quantity;
  needs: Concept[];
  may: Concept[];
  /** True where the words could be about something else, so that they count only beside a unit of the quantity. */
  isVague?: boolean;
}

const rotating: Concept[] = ['motor', 'shaft', 'rate', 'rpm', 'speed'];
const velocity: Concept[] = ['velocity', 'rms', 'overall', 'bearing', 'motor', 'casing', 'speed', 'shaft'];
const flowing: Concept[] = ['rate', 'volume', 'discharge'];

const patterns: Pattern[] = [
  { channel: 'Motor_RPM', quantity: 'rotation', needs: ['rpm'], may: rotating },
  { channel: 'Motor_RPM', quantity: 'rotation', needs: ['speed', 'motor'], may: rotating },
  { channel: 'Motor_RPM', quantity: 'rotation', needs: ['speed', 'shaft'], may: rotating },
  { channel: 'Motor_RPM', quantity: 'rotation', needs: ['speed', 'pump'], may: rotating },
  { channel: 'Motor_RPM', quantity: 'rotation', needs: ['speed'], may: [], isVague: true },
  { channel: 'Motor_RPM', quantity: 'rotation', needs: ['motor'], may: [], isVague: true },
  {
    channel: 'Bearing_Temperature_C',
    quantity: 'temperature',
    needs: ['bearing', 'temperature'],
    may: ['motor', 'shaft']
  },
  { channel: 'Bearing_Temperature_C', quantity: 'temperature', needs: ['bearing'], may: ['motor'], isVague: true },
  { channel: 'Oil_Pressure_bar', quantity: 'pressure', needs: ['oil', 'pressure'], may: ['bearing'] },
  { channel: 'Oil_Pressure_bar', quantity: 'pressure', needs: ['oil'], may: [], isVague: true },
  { channel: 'Vibration_mm_s', quantity: 'vibration-velocity', needs: ['vibration'], may: velocity },
  { channel: 'Flow_Rate_L_min', quantity: 'flow', needs: ['flow'], may: flowing },
  { channel: 'Suction_Pressure_bar', quantity: 'pressure', needs: ['suction', 'pressure'], may: [] },
  { channel: 'Suction_Pressure_bar', quantity: 'pressure', needs: ['suction'], may: [] },
  { channel: 'Discharge_Pressure_bar', quantity: 'pressure', needs: ['discharge', 'pressure'], may: [] },
  { channel: 'Discharge_Pressure_bar', quantity: 'pressure', needs: ['discharge'], may: [], isVague: true },
  { channel: 'Motor_Current_A', quantity: 'current', needs: ['motor', 'current'], may: ['rms'] },
  { channel: 'Motor_Current_A', quantity: 'current', needs: ['current'], may: ['rms'], isVague: true },
  { channel: 'Motor_Current_A', quantity: 'current', needs: ['motor'], may: [], isVague: true },
  { channel: 'Casing_Temperature_C', quantity: 'temperature', needs: ['casing', 'temperature'], may: [] },
  { channel: 'Casing_Temperature_C', quantity: 'temperature', needs: ['casing'], may: [], isVague: true },
  { channel: 'Ambient_Temperature_C', quantity: 'temperature', needs: ['ambient', 'temperature'], may: [] },
  { channel: 'Ambient_Temperature_C', quantity: 'temperature', needs: ['ambient'], may: [], isVague: true }
];

/**
 * The channel that `header` (without its unit) names, or null. `quantity` is what the column's unit measures, null where no unit
 * is known: a unit of another quantity rules a channel out, and a vague name counts only beside the right one.
 */
export function nameChannel(header: string, quantity: Quantity | null): NamedChannel | null {
  const { concepts, unknown, isMisspelt } = readConcepts(splitWords(header));
  if (unknown.length > 0) return null;
  const found = patterns.find(
    ({ needs, may, quantity: measured, isVague }) =>
      (quantity === null ? !isVague : measured === quantity) &&
      needs.every((concept) => concepts.includes(concept)) &&
      concepts.every((concept) => concept === 'pump' || needs.includes(concept) || may.includes(concept))
  );
  return found ? { channel: found.channel, certainty: isMisspelt ? 'likely' : 'clear' } : null;
}
