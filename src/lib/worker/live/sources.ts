/**
 * The sources that run: opened, closed, and what each of them said. It keeps what a page wants to know of a source, and hands readings
 * on as they come. It must not know what readings mean.
 */
import type { Clock } from '../../domain/clock';
import type { LiveSource } from '../../domain/live';
import type { Reading } from '../../domain/reading';
import { fail, type Fault, type Result } from '../../domain/result';
import type { LossKind, ReadingSource, SourceListener, SourceSetup, SourceState } from '../../domain/source';
import { createLiveMapper } from '../../ingest/mapping/live';
import { countAll, createIntake, type Intake } from '../../monitor/intake';

/** Opens the source of a setup. It may load a protocol's library first. */
export type OpenSource = (setup: SourceSetup, listener: SourceListener) => Promise<Result<ReadingSource>>;

/** A source that runs. */
export interface RunningSource {
  setup: SourceSetup;
  intake: Intake;
  /** Gives its channels the names and units that pumps have here. */
  map: (reading: Reading) => Reading;
  /** Assets it brought, by the names it gives them. */
  names: Set<string>;
  /** Null until its library is there. */
  port: ReadingSource | null;
}

export interface LiveSources {
  /** Opens a source; one that still runs under its id is closed. */
  open(setup: SourceSetup): void;
  close(id: string): Promise<void>;
  retry(id: string | null): void;
  get(id: string): RunningSource | undefined;
  all(): RunningSource[];
  /** Counts readings dropped under load. */
  drop(id: string): void;
  describe(): LiveSource[];
}

export interface SourcesHost {
  openSource: OpenSource;
  clock: Clock;
  /** The channels an asset has already. */
  channelsOf: (asset: string) => ReadonlySet<string>;
  onReadings: (source: RunningSource, readings: Reading[]) => void;
  onStale: (source: RunningSource, asset: string | null, tMs: number) => void;
  /** Something a page wants to know has changed. */
  onChange: () => void;
}

interface Kept extends RunningSource {
  state: SourceState;
  losses: LiveSource['losses'];
  isClosed: boolean;
}

const dropped: Fault = {
  code: 'unexpected',
  where: 'queue',
  found: 'more readings than this device can score',
  expected: 'a slower source'
};

/** Creates the register of running sources. */
export function createLiveSources({
  openSource,
  clock,
  channelsOf,
  onReadings,
  onStale,
  onChange
}: SourcesHost): LiveSources {
  const sources = new Map<string, Kept>();

  function count(source: Kept, kind: LossKind, number: number, example: Fault): void {
    const before = source.losses[kind]?.count ?? 0;
    source.losses = { ...source.losses, [kind]: { kind, count: before + number, example } };
    onChange();
  }

  function open(setup: SourceSetup): void {
    void close(setup.id);
    const nowMs = clock.now();
    const source: Kept = {
      setup,
      intake: createIntake(hasOwnTime(setup)),
      map: createLiveMapper(channelsOf),
      names: new Set(),
      port: null,
      state: { phase: 'connecting', sinceMs: nowMs, attempt: 1, nextTryMs: null, fault: null },
      losses: {},
      isClosed: false
    };
    sources.set(setup.id, source);
    const whileOpen =
      <Args extends unknown[]>(act: (...args: Args) => void) =>
      (...args: Args) => {
        if (!source.isClosed) act(...args);
      };
    const listener: SourceListener = {
      readings: whileOpen((readings) => onReadings(source, readings)),
      stale: whileOpen((asset, tMs) => onStale(source, asset, tMs)),
      loss: whileOpen(({ kind, count: number, example }) => count(source, kind, number, example)),
      state: whileOpen((state) => {
        source.state = state;
        onChange();
      })
    };
    const refuse = (fault: Fault) =>
      listener.state({ phase: 'refused', sinceMs: clock.now(), attempt: 1, nextTryMs: null, fault });
    openSource(setup, listener).then(
      (opened) => {
        if (!opened.ok) refuse(opened.fault);
        else if (source.isClosed) void opened.value.close();
        else source.port = opened.value;
      },
      (error: unknown) => refuse(fail('unexpected', setup.name, String(error), 'a source that can be opened').fault)
    );
    onChange();
  }

  async function close(id: string): Promise<void> {
    const source = sources.get(id);
    if (!source) return;
    source.isClosed = true;
    sources.delete(id);
    onChange();
    await source.port?.close();
  }

  return {
    open,
    close,
    retry(id) {
      for (const source of sources.values()) if (id === null || source.setup.id === id) source.port?.retryNow();
    },
    get: (id) => sources.get(id),
    all: () => [...sources.values()],
    drop(id) {
      const source = sources.get(id);
      if (source) count(source, 'dropped', 1, dropped);
    },
    describe: () =>
      [...sources.values()].map(({ setup, state, losses, intake, names }) => {
        const counts = intake.counts();
        const clockNotice = intake.clock();
        return {
          setup: hideSecret(setup),
          state,
          losses,
          readings: countAll(counts),
          late: counts.late,
          duplicates: counts.duplicate,
          backfilled: counts.backfill,
          ahead: counts.ahead,
          watermarkMs: intake.watermarkMs(),
          assets: names.size,
          clock: clockNotice && {
            atMs: clockNotice.atMs,
            byMs: clockNotice.byMs,
            isWholeHours: clockNotice.isWholeHours,
            isJump: clockNotice.kind === 'jump'
          }
        };
      })
  };
}

/** The setup as a page may see it: of a password only that there is one. */
export function hideSecret(setup: SourceSetup): SourceSetup {
  return setup.kind === 'mqtt' && setup.password !== '' ? { ...setup, password: null } : setup;
}

/** The setup as it is kept: a password that did not come along is the one kept before, where there is a user for it. */
export function restoreSecret(setup: SourceSetup, before: SourceSetup | undefined): SourceSetup {
  if (setup.kind !== 'mqtt' || setup.password !== null) return setup;
  const kept = before?.kind === 'mqtt' && setup.username !== '' ? before.password : null;
  return { ...setup, password: kept ?? '' };
}

/** A simulation that runs faster than time has a time of its own. */
export function hasOwnTime(setup: SourceSetup): boolean {
  return setup.kind === 'twin' && setup.speed !== 1;
}

/** The source that runs under this id, or a fault that names those that do. */
export function findSource(sources: LiveSources, id: string): Result<RunningSource> {
  const source = sources.get(id);
  if (source) return { ok: true, value: source };
  return fail(
    'not-found',
    'source',
    id,
    sources
      .all()
      .map(({ setup }) => setup.id)
      .join(', ')
  );
}
