/** Which columns are taken for which pump channel, in which unit, and what is asked instead of guessed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertTo, findPumpChannel, pumpChannels, type PumpChannelId } from '$lib/domain/pump-channel';
import { proposeMapping } from '$lib/ingest/mapping/propose';

const unknown = { low: NaN, high: NaN, median: NaN };
const map = (name: string, unit = '', values = unknown) => proposeMapping([{ name, unit, ...values }])[0]!;
const around = (median: number) => ({ low: median * 0.9, median, high: median * 1.1 });

const spellings: Record<PumpChannelId, string[]> = {
  Motor_RPM: [
    'motor speed',
    'pump speed',
    'shaft speed',
    'rpm',
    'Drehzahl',
    'Motordrehzahl',
    'mtr spd',
    'SpeedOfRotation'
  ],
  Bearing_Temperature_C: [
    'brg temp',
    'bearing temperature',
    'T_brg',
    'Lagertemperatur',
    'temp bearing',
    'BRG. TEMP DE',
    'bearing temp 101'
  ],
  Oil_Pressure_bar: [
    'oil press',
    'lube oil pressure',
    'P_oil',
    'Öldruck',
    'Schmieröldruck',
    'LubricatingOilPressure',
    'Oeldruck'
  ],
  Vibration_mm_s: [
    'vib rms',
    'vibration',
    'overall vibration velocity rms',
    'Schwingung',
    'Schwinggeschwindigkeit',
    'vib vel',
    'bearing vibration'
  ],
  Flow_Rate_L_min: [
    'Q',
    'flow',
    'flow rate',
    'Durchfluss',
    'Volumenstrom',
    'volume flow',
    'Throughput',
    'pump flow',
    'Förderstrom'
  ],
  Suction_Pressure_bar: [
    'P_suct',
    'suction press',
    'Saugdruck',
    'inlet pressure',
    'Suction 101',
    'P suction',
    'InletPressureOfTheInstallation'
  ],
  Discharge_Pressure_bar: [
    'disch. press',
    'discharge pressure',
    'Förderdruck',
    'Enddruck',
    'P_disch',
    'outlet press',
    'OutletPressureOfTheInstallation'
  ],
  Motor_Current_A: ['I_motor', 'motor current', 'Strom', 'Motorstrom', 'motor amps', 'Stromaufnahme', 'mtr curr'],
  Casing_Temperature_C: ['casing temp', 'Gehäusetemperatur', 'housing temperature', 'T_case', 'pump casing temp'],
  Ambient_Temperature_C: ['ambient temp', 'Umgebungstemperatur', 'amb. temp.', 'T_amb', 'room temperature']
};
const unitSpellings: Record<PumpChannelId, string[]> = {
  Motor_RPM: ['rpm', 'RPM', '1/min', 'U/min', 'min-1'],
  Bearing_Temperature_C: ['degC', 'deg C', 'C', '°C', '℃'],
  Oil_Pressure_bar: ['bar', 'barg', 'bar(g)', 'BAR'],
  Vibration_mm_s: ['mm/s', 'mm/s RMS', 'mm/sec'],
  Flow_Rate_L_min: ['L/min', 'l/min', 'lpm', 'LPM'],
  Suction_Pressure_bar: ['bar', 'barg'],
  Discharge_Pressure_bar: ['bar', 'bar(g)'],
  Motor_Current_A: ['A', 'Amps', 'amp'],
  Casing_Temperature_C: ['°C', 'degC'],
  Ambient_Temperature_C: ['°C', 'C']
};

const cases = pumpChannels.flatMap(({ id }) => spellings[id].map((name) => ({ id, name })));

/** A name in another case or with other signs between its words. */
function respell(name: string, style: number, separator: string): string {
  const words = name.split(/[\s_]+|(?<=[a-z])(?=[A-Z])/);
  if (style === 0) return words.map((word) => word.toLowerCase()).join(separator);
  if (style === 1) return words.map((word) => word.toUpperCase()).join(separator);
  if (style === 2) return words.map((word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase()).join(separator);
  return words
    .map((word, i) => (i === 0 ? word.toLowerCase() : word[0]!.toUpperCase() + word.slice(1).toLowerCase()))
    .join('');
}

describe('the ten pump channels', () => {
  it.each(cases)('$name is $id', ({ id, name }) => {
    expect(map(name)).toMatchObject({ mappedTo: id, isSure: true, unitOptions: [] });
  });

  it('are found in any case and with any signs between the words, with the unit in brackets, behind the name or in a row of its own', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom(' ', '_', '.', '-', '  ', '. '),
        fc.constantFrom('none', 'square', 'round', 'behind', 'row'),
        fc.nat(9),
        ({ id, name }, style, separator, place, pick) => {
          const unit = unitSpellings[id][pick % unitSpellings[id].length]!;
          const spelt = respell(name, style, separator);
          const header =
            place === 'square'
              ? `${spelt} [${unit}]`
              : place === 'round'
                ? `${spelt} (${unit})`
                : place === 'behind'
                  ? `${spelt}_${unit}`
                  : spelt;
          expect(map(header, place === 'row' ? unit : ''), header).toMatchObject({
            mappedTo: id,
            factor: 1,
            offset: 0,
            isSure: true,
            unitOptions: []
          });
        }
      ),
      { seed: 4, numRuns: 2000 }
    );
  });

  it('are found by their canonical and OPC names, in camelCase, snake_case, with blanks, dots or nothing between the words', () => {
    for (const { id, opcName } of pumpChannels) {
      for (const name of [id, opcName]) {
        for (const style of [0, 1, 2, 3]) {
          for (const separator of ['', ' ', '_', '.', '-']) {
            // All of one case and nothing between: only names, a unit's lost slash included, remain to go by.
            const header = respell(name, style, separator);
            if (header.toLowerCase() === 'speed') continue; // vague without its unit
            expect(map(header), header).toMatchObject({ mappedTo: id, isSure: true, unitOptions: [] });
          }
        }
      }
    }
  });

  it('are all found side by side', () => {
    const mapped = proposeMapping(pumpChannels.map(({ id }) => ({ name: id, unit: '', ...unknown })));
    expect(mapped.map(({ mappedTo }) => mappedTo)).toEqual(pumpChannels.map(({ id }) => id));
    expect(mapped.map(({ unit }) => unit)).toEqual(pumpChannels.map(({ unit }) => unit));
  });
});

describe('other columns', () => {
  const skab = [
    'Accelerometer1RMS',
    'Accelerometer2RMS',
    'Current',
    'Pressure',
    'Temperature',
    'Thermocouple',
    'Voltage',
    'Volume Flow RateRMS',
    'anomaly',
    'changepoint',
    'datetime'
  ];
  const cmapss = [
    'unit number',
    'time, in cycles',
    'operational setting 1',
    'op_setting_2',
    'sensor measurement 1',
    'sensor_21',
    's1',
    'T2',
    'T24',
    'T30',
    'T50',
    'P2',
    'P15',
    'P30',
    'Nf',
    'Nc',
    'epr',
    'Ps30',
    'phi',
    'NRf',
    'NRc',
    'BPR',
    'farB',
    'htBleed',
    'Nf_dmd',
    'PCNfR_dmd',
    'W31',
    'W32',
    'Physical fan speed',
    'Total temperature at fan inlet',
    'HPT coolant bleed'
  ];
  const more = [
    'Motor winding temperature',
    'Oil temperature',
    'Wind speed',
    'Mass flow',
    'Seal flow',
    'Motor power',
    'Bearing vibration [g]',
    'Flow total',
    'Seal pressure',
    'column 3',
    '',
    'i',
    'n',
    't',
    'Speed',
    'Motor temperature',
    'Layer temperature',
    'Tank A',
    'Flow [kg/s]',
    'Discharge',
    'Bearing'
  ];

  it.each([...skab, ...cmapss, ...more])('"%s" keeps its name', (name) => {
    expect(map(name).mappedTo).toBeNull();
  });

  it('keep what the file says of their unit', () => {
    expect(map('Voltage [V]')).toMatchObject({ mappedTo: null, unit: 'V', factor: 1, offset: 0 });
    expect(map('Tank level', '%')).toMatchObject({ mappedTo: null, unit: '%' });
    expect(map('Winding_Temperature_C')).toMatchObject({ mappedTo: null, unit: '°C' });
  });
});

describe('units', () => {
  it('decide where the name alone is vague', () => {
    expect(map('Current [A]').mappedTo).toBe('Motor_Current_A');
    expect(map('Speed', 'rpm').mappedTo).toBe('Motor_RPM');
    expect(map('Discharge [psi]').mappedTo).toBe('Discharge_Pressure_bar');
    expect(map('Discharge [gpm]').mappedTo).toBeNull();
    expect(map('Vibration [m/s²]').mappedTo).toBeNull();
  });

  it('are converted to the canonical one', () => {
    const { factor, offset } = map('Bearing temp [°F]', '', around(150));
    expect(150 * factor + offset).toBeCloseTo(65.556, 3);
    expect(map('Flow m3/h', '', around(60))).toMatchObject({ mappedTo: 'Flow_Rate_L_min', unit: 'm³/h' });
    expect(60 * map('Flow m3/h').factor).toBeCloseTo(1000, 9);
    const speed = findPumpChannel('Motor_RPM')!;
    expect(convertTo(speed, 'Hz')).toEqual({ unit: 'Hz', factor: 60, offset: 0 });
    expect(convertTo(speed, 'bar')).toBeNull();
    expect(convertTo(speed, 'furlong')).toBeNull();
  });
});

describe('what is asked', () => {
  const optionsOf = (...of: Parameters<typeof map>) => map(...of).unitOptions.map(({ unit }) => unit);

  it('is the unit, where none is named and the values say that it is not the canonical one', () => {
    expect(map('Suction 101', '', around(101))).toMatchObject({ mappedTo: 'Suction_Pressure_bar', unit: '' });
    expect(optionsOf('Suction 101', '', around(101))).toEqual(['psi', 'kPa', 'bar']);
    expect(map('Suction 101', '', around(101)).unitOptions[1]).toEqual({ unit: 'kPa', factor: 0.01, offset: 0 });
  });

  it('is the unit, where the one that is named cannot be', () => {
    expect(optionsOf('Bearing_Temperature_C', '', around(331))).toEqual(['K', '°C']);
    expect(optionsOf('Motor speed [rpm]', '', { low: 0, median: 0, high: 49.3 })).toEqual(['Hz', 'rad/s', '1/min']);
  });

  it('is peak or RMS of inches per second', () => {
    expect(optionsOf('Vibration in/s')).toEqual(['in/s RMS', 'in/s pk']);
    expect(optionsOf('Vibration [ips]')).toEqual(['in/s RMS', 'in/s pk']);
    expect(map('Vibration [in/s pk]')).toMatchObject({ mappedTo: 'Vibration_mm_s', isSure: true, unitOptions: [] });
  });

  it('is which of two columns a channel is: neither is sure', () => {
    const mapped = proposeMapping([
      { name: 'Bearing temp DE', unit: '°C', ...unknown },
      { name: 'Bearing temp NDE', unit: '°C', ...unknown },
      { name: 'Oil press', unit: 'bar', ...unknown }
    ]);
    expect(mapped.map(({ mappedTo, isSure }) => [mappedTo, isSure])).toEqual([
      ['Bearing_Temperature_C', false],
      ['Bearing_Temperature_C', false],
      ['Oil_Pressure_bar', true]
    ]);
  });

  it('is nothing, where one of two columns has the canonical name itself', () => {
    const mapped = proposeMapping([
      { name: 'bearing temp 2', unit: '', ...unknown },
      { name: 'Bearing_Temperature_C', unit: '', ...unknown }
    ]);
    expect(mapped.map(({ isSure }) => isSure)).toEqual([false, true]);
  });

  it('is whether a misspelt name is the channel it resembles', () => {
    expect(map('Sucton pressure')).toMatchObject({ mappedTo: 'Suction_Pressure_bar', isSure: false });
    expect(map('Dischrage Pressure [bar]')).toMatchObject({ mappedTo: 'Discharge_Pressure_bar', isSure: false });
  });

  it('is nothing of a column without values, or with zeros only', () => {
    expect(optionsOf('Suction pressure')).toEqual([]);
    expect(optionsOf('Suction pressure', '', { low: 0, median: 0, high: 0 })).toEqual([]);
  });
});

it('never surely maps two columns to one channel, whatever they are called', () => {
  const header = fc.oneof(fc.constantFrom(...cases.map(({ name }) => name)), fc.string({ maxLength: 20 }));
  const columns = fc.array(fc.tuple(header, fc.constantFrom('', 'bar', 'A', '°C', 'rpm', 'x')), { maxLength: 12 });
  fc.assert(
    fc.property(columns, (named) => {
      const mapped = proposeMapping(named.map(([name, unit]) => ({ name, unit, ...unknown })));
      const sure = mapped.flatMap(({ mappedTo, isSure }) => (isSure && mappedTo) || []);
      expect(mapped).toHaveLength(named.length);
      expect(new Set(sure).size).toBe(sure.length);
    }),
    { seed: 5, numRuns: 500 }
  );
});
