/**
 * What every `Records` must do. Run on Dexie in a real browser first, then on the double.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveNote, Records } from '$lib/domain/ports';
import { sampleArtifact, sampleAsset, sampleFinding, sampleRejected, sampleState } from '../support/stored-samples';

/** An empty place to store in. `open` may be called again: a second tab, or the same one after a reload. */
export interface RecordsPlace {
  open(): Records;
  /** Rows in all tables together, except what the adapter keeps of itself. */
  countRows(): Promise<number>;
  remove(): Promise<void>;
}

export function describeRecords(adapter: string, createPlace: () => RecordsPlace): void {
  describe(`Records contract: ${adapter}`, () => {
    let place: RecordsPlace;
    let records: Records;
    const add = (assetId: string, modelId: string, createdMs: number, starts = [2000, 1000]) =>
      records.addModel(
        assetId,
        sampleArtifact(modelId, createdMs),
        starts.map((startMs) => sampleFinding(assetId, modelId, startMs)),
        sampleState
      );
    const activeOf = async (assetId: string) => (await records.asset(assetId))?.activeModelId;

    beforeEach(() => {
      place = createPlace();
      records = place.open();
    });

    afterEach(async () => {
      records.close();
      await place.remove();
    });

    it('gives an asset and its rejected rows back as they were', async () => {
      await records.addAsset(sampleAsset('b'), []);
      await records.addAsset(sampleAsset('a'), sampleRejected);
      expect(await records.asset('a')).toEqual(sampleAsset('a'));
      expect((await records.assets()).map((asset) => asset.id).sort()).toEqual(['a', 'b']);
      expect(await records.rejectedRows('a')).toEqual(sampleRejected);
      expect(await records.rejectedRows('b')).toEqual([]);
      expect(await records.asset('c')).toBeUndefined();
      expect(await records.rejectedRows('c')).toEqual([]);
    });

    it('renames an asset, which keeps its earlier names, and nothing else of it; an unknown one is a fault', async () => {
      await records.addAsset(sampleAsset('a'), sampleRejected);
      await records.renameAsset('a', 'Feed pump');
      const renamed = { ...sampleAsset('a'), name: 'Feed pump', knownAs: [sampleAsset('a').name] };
      expect(await records.asset('a')).toEqual(renamed);
      await records.renameAsset('a', 'Feed pump');
      expect(await records.asset('a')).toEqual(renamed);
      await records.renameAsset('a', sampleAsset('a').name);
      expect((await records.asset('a'))!.knownAs).toEqual(['Feed pump']);
      await expect(records.renameAsset('x', 'y')).rejects.toMatchObject({ name: 'StorageFault', code: 'storage' });
    });

    it('gives a model back bit for bit, with its findings by start time, and makes it the active one', async () => {
      await records.addAsset(sampleAsset('a'), []);
      await add('a', 'm', 10);
      const stored = await records.artifact('m');
      expect(stored?.manifest).toEqual(sampleArtifact('m', 10).manifest);
      expect(stored?.golden).toEqual(sampleArtifact('m', 10).golden);
      expect(stored?.weights).toBeInstanceOf(Float32Array);
      expect(new Uint32Array(stored!.weights.buffer)).toEqual(new Uint32Array(sampleArtifact('m', 10).weights.buffer));
      expect(await records.models('a')).toEqual([
        { id: 'm', assetId: 'a', manifest: sampleArtifact('m', 10).manifest, state: sampleState }
      ]);
      expect(await records.findings('a', 'm')).toEqual([sampleFinding('a', 'm', 1000), sampleFinding('a', 'm', 2000)]);
      expect(await activeOf('a')).toBe('m');
      expect(await records.artifact('x')).toBeUndefined();
    });

    it('lists models newest first, of one asset or of all', async () => {
      await records.addAsset(sampleAsset('a'), []);
      await records.addAsset(sampleAsset('b'), []);
      await add('a', 'm1', 10);
      await add('b', 'm2', 30);
      await add('a', 'm3', 20);
      expect((await records.models('a')).map((model) => model.id)).toEqual(['m3', 'm1']);
      expect((await records.models()).map((model) => model.id)).toEqual(['m2', 'm3', 'm1']);
      expect(await records.models('x')).toEqual([]);
    });

    it('stores a model whole or not at all', async () => {
      await records.addAsset(sampleAsset('a'), sampleRejected);
      const unclonable = { ...sampleFinding('a', 'm', 2000), contributions: (() => []) as never };
      const failing = records.addModel(
        'a',
        sampleArtifact('m', 10),
        [sampleFinding('a', 'm', 1000), unclonable],
        sampleState
      );
      await expect(failing).rejects.toMatchObject({ name: 'StorageFault', code: 'storage' });
      expect(await records.artifact('m')).toBeUndefined();
      expect(await records.findings('a', 'm')).toEqual([]);
      expect(await activeOf('a')).toBeNull();
      expect(await place.countRows()).toBe(2);
    });

    it('refuses a model of an unknown asset, and one that another asset has', async () => {
      await expect(add('a', 'm', 10)).rejects.toMatchObject({ code: 'storage' });
      expect(await place.countRows()).toBe(0);
      await records.addAsset(sampleAsset('a'), []);
      await records.addAsset(sampleAsset('b'), []);
      await add('a', 'm', 10);
      await expect(add('b', 'm', 10)).rejects.toMatchObject({ code: 'storage' });
      expect(await activeOf('b')).toBeNull();
      expect(await records.findings('a', 'm')).toHaveLength(2);
    });

    it('replaces a model stored again, findings included', async () => {
      await records.addAsset(sampleAsset('a'), []);
      await add('a', 'm', 10);
      const rows = await place.countRows();
      await add('a', 'm', 10);
      expect(await place.countRows()).toBe(rows);
      await add('a', 'm', 11, [5000]);
      expect(await records.findings('a', 'm')).toEqual([sampleFinding('a', 'm', 5000)]);
    });

    it('activates a model of the same asset only', async () => {
      await records.addAsset(sampleAsset('a'), []);
      await records.addAsset(sampleAsset('b'), []);
      await add('a', 'm1', 10);
      await add('a', 'm2', 20);
      await add('b', 'm3', 30);
      await records.activateModel('a', 'm1');
      expect(await activeOf('a')).toBe('m1');
      await expect(records.activateModel('a', 'm3')).rejects.toMatchObject({ code: 'storage' });
      await expect(records.activateModel('a', 'x')).rejects.toMatchObject({ code: 'storage' });
      expect(await activeOf('a')).toBe('m1');
    });

    it('deletes a model with its findings; the newest other one takes over where it was active', async () => {
      await records.addAsset(sampleAsset('a'), []);
      await add('a', 'm1', 10);
      await add('a', 'm3', 30);
      await add('a', 'm2', 20);
      await records.deleteModel('m2');
      expect(await activeOf('a')).toBe('m3');
      expect(await records.findings('a', 'm2')).toEqual([]);
      expect(await records.artifact('m2')).toBeUndefined();
      await records.deleteModel('m1');
      expect(await activeOf('a'), 'another model was active').toBe('m3');
      await records.deleteModel('m3');
      expect(await activeOf('a')).toBeNull();
      expect(await place.countRows(), 'the asset and its rejected rows').toBe(2);
      await records.deleteModel('never there');
    });

    describe('live monitoring', () => {
      const note = (assetId: string, change: Partial<LiveNote> = {}): LiveNote => ({
        assetId,
        state: { assetId, modelId: 'm', tMs: 5000, state: sampleState },
        findings: [],
        rows: 10,
        t0Ms: 4000,
        t1Ms: 5000,
        channels: [{ name: 'new', unit: 'A', role: 'reading' }],
        stepMs: 100,
        ...change
      });
      const empty = (id: string) => ({ ...sampleAsset(id), rows: 0, t0Ms: NaN, t1Ms: NaN, stepMs: NaN });

      it('adds assets that live sources named, and leaves those already there alone', async () => {
        await records.addAsset(sampleAsset('a'), sampleRejected);
        await records.addLiveAssets([empty('a'), empty('b')]);
        expect(await records.asset('a')).toEqual(sampleAsset('a'));
        expect(await records.asset('b')).toEqual(empty('b'));
        expect(await records.rejectedRows('a')).toEqual(sampleRejected);
      });

      it('extends an asset by the rows added, and keeps findings and state, the newest over older ones', async () => {
        await records.addLiveAssets([empty('a')]);
        const opened = sampleFinding('a', 'm', 4500);
        await records.recordLive([note('a', { findings: [{ ...opened, endMs: null }] })]);
        await records.recordLive([note('a', { findings: [opened], rows: 5, t0Ms: 3000, t1Ms: 4800, stepMs: 7 })]);
        await records.recordLive([note('a', { rows: 0, t0Ms: 1, t1Ms: 9e9 })]);
        expect(await records.asset('a')).toEqual({
          ...empty('a'),
          rows: 15,
          t0Ms: 3000,
          t1Ms: 5000,
          stepMs: 100,
          channels: [...sampleAsset('a').channels, { name: 'new', unit: 'A', role: 'reading' }]
        });
        expect(await records.findings('a', 'm')).toEqual([opened]);
        expect(await records.liveState('a')).toEqual(note('a').state);
        expect(await records.liveStates()).toEqual([note('a').state]);
      });

      it('knows the channels of an asset before its rows are counted', async () => {
        await records.addLiveAssets([empty('a')]);
        await records.recordLive([note('a', { rows: 0 })]);
        const channels = [...sampleAsset('a').channels, ...note('a').channels];
        expect(await records.asset('a')).toEqual({ ...empty('a'), channels });
      });

      it('leaves out what it is told of an asset that is gone, and forgets the state of a deleted one', async () => {
        await records.addLiveAssets([empty('a')]);
        await records.recordLive([note('gone', { findings: [sampleFinding('gone', 'm', 1)] }), note('a')]);
        expect(await records.liveStates()).toEqual([note('a').state]);
        expect(await records.findings('gone', 'm')).toEqual([]);
        await records.deleteAsset('a');
        expect(await records.liveStates()).toEqual([]);
        expect(await place.countRows()).toBe(0);
      });

      it("shares a model among assets; deleted, it is nobody's", async () => {
        await records.addSharedModel(sampleArtifact('shared', 10));
        await records.addLiveAssets([{ ...empty('a'), activeModelId: 'shared' }, empty('b')]);
        await records.activateModel('b', 'shared');
        expect((await records.artifact('shared'))?.manifest.id).toBe('shared');
        expect(await records.models('a')).toEqual([]);
        expect((await records.models()).map(({ id, assetId }) => ({ id, assetId }))).toEqual([
          { id: 'shared', assetId: '' }
        ]);
        await records.deleteAsset('a');
        expect((await records.models()).length).toBe(1);
        await records.deleteModel('shared');
        expect(await activeOf('b')).toBeNull();
      });
    });

    it('leaves nothing of a deleted asset, and all of the others', async () => {
      await records.addAsset(sampleAsset('a'), sampleRejected);
      await records.addAsset(sampleAsset('ab'), sampleRejected);
      await add('ab', 'm3', 10);
      const rows = await place.countRows();
      await add('a', 'm1', 10);
      await add('a', 'm2', 20);
      await records.deleteAsset('a');
      expect(await place.countRows()).toBe(rows - 2);
      expect(await records.artifact('m1')).toBeUndefined();
      expect(await records.findings('ab', 'm3')).toHaveLength(2);
      await records.deleteAsset('a');
    });

    it('has everything after it was closed and opened again, and shows it to a second instance', async () => {
      await records.addAsset(sampleAsset('a'), sampleRejected);
      records.close();
      records = place.open();
      const second = place.open();
      expect(await records.asset('a')).toEqual(sampleAsset('a'));
      await second.renameAsset('a', 'Feed pump');
      expect((await records.asset('a'))?.name).toBe('Feed pump');
      second.close();
    });

    it('rejects every call after close with storage-closed', async () => {
      records.close();
      const closed = { name: 'StorageFault', code: 'storage-closed' };
      await expect(records.assets()).rejects.toMatchObject(closed);
      await expect(records.addAsset(sampleAsset('a'), [])).rejects.toMatchObject(closed);
      await expect(records.deleteModel('m')).rejects.toMatchObject(closed);
    });
  });
}
