/**
 * The ten readings of a pump that the app knows by name. They are worth a vocabulary of their own because every rule about pumps
 * speaks of them; any other column is a reading just as well, under its own name. Nothing here recognises a column.
 */
import { canonicalUnits, readUnit, type Conversion, type Quantity } from './unit';

/** Name of a canonical channel, its canonical unit at its end. */
export type PumpChannelId =
  | 'Motor_RPM'
  | 'Bearing_Temperature_C'
  | 'Oil_Pressure_bar'
  | 'Vibration_mm_s'
  | 'Flow_Rate_L_min'
  | 'Suction_Pressure_bar'
  | 'Discharge_Pressure_bar'
  | 'Motor_Current_A'
  | 'Casing_Temperature_C'
  | 'Ambient_Temperature_C';

/** One of the ten. */
export interface PumpChannel {
  id: PumpChannelId;
  /** Its name in OPC 40223 (OPC UA for Pumps and Vacuum Pumps). */
  opcName: string;
  quantity: Quantity;
  /** The quantity's canonical unit. */
  unit: string;
  /**
   * Between which canonical values the median of a running pump's readings lies, for nearly all pumps: what is outside is
   * probably in another unit, and a person is asked. Our own choice, wide on purpose; no limit of any pump.
   */
  plausible: readonly [low: number, high: number];
}

/** All ten, in the order in which they are listed everywhere. */
export const pumpChannels: readonly PumpChannel[] = [
  channel('Motor_RPM', 'Speed', 'rotation', [200, 15_000]),
  channel('Bearing_Temperature_C', 'BearingTemperature', 'temperature', [5, 150]),
  channel('Oil_Pressure_bar', 'LubricatingOilPressure', 'pressure', [0.1, 20]),
  channel('Vibration_mm_s', 'OverallVibrationVelocityRMS', 'vibration-velocity', [0.05, 45]),
  channel('Flow_Rate_L_min', 'Throughput', 'flow', [5, 100_000]),
  channel('Suction_Pressure_bar', 'InletPressureOfTheInstallation', 'pressure', [-1, 10]),
  channel('Discharge_Pressure_bar', 'OutletPressureOfTheInstallation', 'pressure', [0.2, 40]),
  channel('Motor_Current_A', 'MotorCurrent', 'current', [0.5, 1000]),
  channel('Casing_Temperature_C', 'HousingTemperature', 'temperature', [0, 150]),
  channel('Ambient_Temperature_C', 'AmbientTemperature', 'temperature', [-40, 55])
];

const byId = new Map<string, PumpChannel>(pumpChannels.map((each) => [each.id, each]));

/** The channel of that name, or undefined for any other name. */
export function findPumpChannel(id: string): PumpChannel | undefined {
  return byId.get(id);
}

/** How values in the unit `unitText` become those of `channel`; null where that unit does not measure it, or is none. */
export function convertTo(channel: PumpChannel, unitText: string): Conversion | null {
  const unit = readUnit(unitText);
  if (unit?.quantity !== channel.quantity) return null;
  return { unit: unit.symbol, factor: unit.factor, offset: unit.offset };
}

function channel(
  id: PumpChannelId,
  opcName: string,
  quantity: Quantity,
  plausible: readonly [number, number]
): PumpChannel {
  return { id, opcName, quantity, unit: canonicalUnits[quantity], plausible };
}
