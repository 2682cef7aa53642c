/** Files of readings as plants hand them over, all of one made-up pump: a logger's text from Germany, a workbook, an archive. */
import { strToU8, zipSync } from 'fflate';
import writeWorkbook from 'write-excel-file/node';

export const startMs = Date.UTC(2024, 2, 4, 6);
export const stepMs = 10_000;

/** What the pump reads at a row, in canonical units. */
export function readingAt(row: number): Record<string, number> {
  const wave = Math.round(100 * Math.sin(row / 30)) / 100;
  return {
    Motor_RPM: 1480 + Math.round(5 * wave),
    Bearing_Temperature_C: 61 + wave,
    Oil_Pressure_bar: 2.1,
    Flow_Rate_L_min: 1000 + 50 * wave,
    Suction_Pressure_bar: 1.01 + wave / 100
  };
}

/**
 * Text as a logger set up in Germany writes it: UTF-16 with its mark, semicolons, decimal commas, three lines of title, a row of
 * units, day and month in an order that no row of it decides, flow in m³/h, suction in a unit it does not name (kPa).
 */
export function germanLog(rows: number): Buffer {
  const comma = (value: number, decimals: number): string => value.toFixed(decimals).replace('.', ',');
  const lines = Array.from({ length: rows }, (_, row) => {
    const [date = '', time = ''] = new Date(startMs + row * stepMs).toISOString().slice(0, 19).split('T');
    const { Motor_RPM, Bearing_Temperature_C, Oil_Pressure_bar, Flow_Rate_L_min, Suction_Pressure_bar } =
      readingAt(row);
    return [
      date.split('-').reverse().join('/'),
      time,
      comma(Motor_RPM!, 0),
      comma(Bearing_Temperature_C!, 2),
      row === 5 ? '2,x' : comma(Oil_Pressure_bar!, 1),
      comma((Flow_Rate_L_min! * 60) / 1000, 2),
      comma(Suction_Pressure_bar! * 100, 2)
    ].join(';');
  });
  const head = [
    'Werk Nord;Pumpe 7',
    'exportiert vom Logger',
    '',
    'Datum;Uhrzeit;Drehzahl;Lagertemperatur;Öldruck;Durchfluss;Saugdruck',
    ';;1/min;°C;bar;m³/h;'
  ];
  return Buffer.from(`\ufeff${[...head, ...lines, ''].join('\r\n')}`, 'utf16le');
}

/** A workbook of one sheet: real date cells, the motor's speed and the bearing's temperature in °F. */
export function workbook(rows: number): Promise<Buffer> {
  const cells = Array.from({ length: rows }, (_, row) => {
    const { Motor_RPM, Bearing_Temperature_C } = readingAt(row);
    const time = { value: new Date(startMs + row * stepMs), type: Date, format: 'yyyy-mm-dd hh:mm:ss' };
    return [time, Motor_RPM, Bearing_Temperature_C! * 1.8 + 32];
  });
  return writeWorkbook([{ sheet: 'Log', data: [['Time', 'Motor speed', 'Bearing temp [°F]'], ...cells] }]).toBuffer();
}

/** An archive with two files of one layout, the second one going on where the first ends. */
export function archive(rowsEach: number): Buffer {
  const part = (from: number): Uint8Array => {
    const rows = Array.from({ length: rowsEach }, (_, i) => {
      const { Motor_RPM, Bearing_Temperature_C } = readingAt(from + i);
      return [new Date(startMs + (from + i) * stepMs).toISOString(), Motor_RPM, Bearing_Temperature_C].join(',');
    });
    return strToU8(['time,motor rpm,brg temp [degC]', ...rows, ''].join('\n'));
  };
  return Buffer.from(zipSync({ 'night/2.csv': part(rowsEach), 'night/1.csv': part(0) }));
}
