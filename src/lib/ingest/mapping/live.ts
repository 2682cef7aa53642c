/**
 * Live channels to pump channels, as far as their names and units say it beyond doubt: a broker's `brg temp` in `Cel` becomes
 * `Bearing_Temperature_C`, so that a model trained on a file knows it. Nobody is there to be asked, so a name without a unit, or with one
 * that may be two, stays as it came.
 */
import { findPumpChannel } from '../../domain/pump-channel';
import type { ChannelLayout, Reading } from '../../domain/reading';
import { proposeMapping, type Mapping } from './propose';

/** What becomes of the readings laid out in one way. */
interface Plan {
  layout: ChannelLayout;
  factors: Float64Array;
  offsets: Float64Array;
}

/**
 * Creates a mapper for one source. It gives back the reading itself where there is nothing to map. `channelsOf` tells the channels an asset
 * has already: where a reading has one of them by its own name, its names are the asset's, and all of them stay.
 */
export function createLiveMapper(channelsOf: (asset: string) => ReadonlySet<string>): (reading: Reading) => Reading {
  const plans = new WeakMap<ChannelLayout, Plan | typeof nothing>();
  /** Assets whose own names count, and those whose do not, by layout. */
  const decided = new WeakMap<ChannelLayout, Map<string, boolean>>();

  function isAtHome({ asset, layout }: Reading): boolean {
    const assets = decided.get(layout) ?? new Map<string, boolean>();
    decided.set(layout, assets);
    const known = assets.get(asset);
    if (known !== undefined) return known;
    const own = channelsOf(asset);
    const isOwn = layout.names.some((name) => own.has(name));
    assets.set(asset, isOwn);
    return isOwn;
  }

  return (reading) => {
    let plan = plans.get(reading.layout);
    if (!plan) {
      plan = planLayout(reading.layout) ?? nothing;
      plans.set(reading.layout, plan);
    }
    if (plan === nothing || isAtHome(reading)) return reading;
    const { layout, factors, offsets } = plan as Plan;
    return { ...reading, layout, values: reading.values.map((value, i) => value * factors[i]! + offsets[i]!) };
  };
}

const nothing = Symbol('nothing to map');

function planLayout({ names, units }: ChannelLayout): Plan | null {
  const columns = names.map((name, i) => ({ name, unit: units[i]!, low: NaN, high: NaN, median: NaN }));
  const mappings = proposeMapping(columns).map((mapping) => (isBeyondDoubt(mapping) ? mapping : null));
  const layout = {
    names: names.map((name, i) => mappings[i]?.mappedTo ?? name),
    units: units.map((unit, i) => (mappings[i] ? findPumpChannel(mappings[i].mappedTo!)!.unit : unit))
  };
  // A channel that already bears the name would be there twice.
  if (new Set(layout.names).size < names.length) return null;
  const isSame = layout.names.every((name, i) => name === names[i] && layout.units[i] === units[i]);
  if (isSame && mappings.every((mapping) => !mapping || (mapping.factor === 1 && mapping.offset === 0))) return null;
  return {
    layout,
    factors: Float64Array.from(mappings, (mapping) => mapping?.factor ?? 1),
    offsets: Float64Array.from(mappings, (mapping) => mapping?.offset ?? 0)
  };
}

function isBeyondDoubt({ mappedTo, isSure, unit, unitOptions }: Mapping): boolean {
  return mappedTo !== null && isSure && unit !== '' && unitOptions.length === 0;
}
