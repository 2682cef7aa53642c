/** The order of the fleet page. */
import type { Asset } from '../domain/asset';
import type { LiveAsset } from '../domain/live';
import type { StoredModel } from '../domain/ports';
import type { PumpState } from '../domain/pump-state';

/** A pump with the model in use and the state that model saw it in. */
export interface FleetEntry {
  asset: Asset;
  model: StoredModel | null;
  state: PumpState;
  /** What a live source brings of it; absent where none does. */
  live?: LiveAsset | undefined;
}

/** Anomalies before what is unknown before what is normal; a higher peak, then more findings, then the newer first. */
export function compareEntries(a: FleetEntry, b: FleetEntry): number {
  return (
    urgency(b) - urgency(a) || b.state.endedFindings - a.state.endedFindings || b.asset.createdMs - a.asset.createdMs
  );
}

function urgency({ state }: FleetEntry): number {
  if (state.condition === 'normal') return 0;
  if (state.condition === 'unknown') return 1;
  return 2 + (state.finding ? state.finding.peakScore / state.finding.threshold : 0);
}
