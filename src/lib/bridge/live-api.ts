/** What the live thread can be asked: sources, the asset a page looks at, faults for the simulated pump. It tells by frames. */
import type { FaultWish, LiveFrame } from '../domain/live';
import type { Result } from '../domain/result';
import type { ListedMap, SourceSetup } from '../domain/source';
import type { LiveApi } from './worker-client';

export interface MonitorApi extends LiveApi {
  /**
   * Begins: waits until no other tab monitors, then opens every source that is kept. `onFrame` gets a frame whenever something changed,
   * at most every 50 ms; the first has everything.
   */
  start(onFrame: (frame: LiveFrame) => void): Promise<Result<null>>;
  /**
   * Checks and keeps a source, and opens it, or opens it anew where one of its id runs. A password that is null is the one kept of that id;
   * the setups that frames bring never say one.
   */
  putSource(setup: SourceSetup): Promise<Result<null>>;
  /** Closes a source and forgets it. What it brought stays. */
  removeSource(id: string): Promise<Result<null>>;
  /** Cuts the wait of one source short, or of all. */
  retry(id: string | null): Promise<Result<null>>;
  /** Frames bring the rows of this asset from now on, first those of the last `backMs`; null for none. */
  watch(assetId: string | null, backMs: number): Promise<Result<null>>;
  /** Reads the asset anew, after its model changed; null reads all of them anew. */
  refresh(assetId: string | null): Promise<Result<null>>;
  /** The register maps of Modbus devices, those of the app first. */
  maps(): Promise<Result<ListedMap[]>>;
  /** Checks the text of a register-map file and keeps its map, in place of an own one of the same id; sources that use it begin anew. */
  putMap(text: string): Promise<Result<ListedMap>>;
  /** Forgets a map that was loaded here; one that a source uses is refused. */
  removeMap(id: string): Promise<Result<null>>;
  /** The kinds of fault that a simulated pump can have. */
  faultKinds(): Promise<Result<string[]>>;
  /** Injects a fault into a simulated pump beside those it has, or heals it of all with null. */
  injectFault(sourceId: string, assetId: string, fault: FaultWish | null): Promise<Result<null>>;
}
