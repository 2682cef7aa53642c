/** One recording on its way in: answers that come fast, fail, are remembered and are undone. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ImportPlan, ImportPreview, PlannedChannel, PlanWish, Question } from '$lib/domain/import-plan';
import type { ImportProfile } from '$lib/domain/import-profile';
import { fail, ok, type Result } from '$lib/domain/result';
import type { ImportProfiles } from '$lib/records/profiles';
import { ImportRecording } from '$lib/state/import-recording.svelte';

const channel = (column: number): PlannedChannel => ({
  name: `c${column}`,
  unit: '',
  role: column === 0 ? 'ignored' : 'reading',
  column,
  tag: null,
  mappedTo: null,
  factor: 1,
  offset: 0,
  sentinels: []
});
const asked = ['decimal', 'time-format'];

/** What a file of two open questions is understood as under answers; a plan is obeyed. */
function previewUnder(wish: PlanWish): ImportPreview {
  const answers = 'answers' in wish ? wish.answers : {};
  const questions = asked.map((about): Question => {
    const options = ['a', 'b'].map((id) => ({ id, example: '' }));
    return { about, where: '', options, answer: answers[about] ?? null };
  });
  const proposed = { format: 'csv', layout: 'wide', dataLine: 2, questions, channels: [0, 1].map(channel) };
  const plan = 'plan' in wish ? wish.plan : (proposed as unknown as ImportPlan);
  const columns = plan.channels.map(({ name, unit }) => ({
    name,
    unit,
    numericShare: 1,
    timeFormat: null,
    suggested: null
  }));
  return { fileNames: ['logs.zip/feed pump.csv.gz'], plan, columns } as unknown as ImportPreview;
}

/** Profiles in memory. */
function createMemoryProfiles(): ImportProfiles & { kept: Map<string, ImportProfile> } {
  const kept = new Map<string, ImportProfile>();
  return {
    kept,
    find: (signature) => Promise.resolve(kept.get(signature)),
    keep: (profile) => Promise.resolve(void kept.set(profile.signature, profile)),
    forget: (signature) => Promise.resolve(void kept.delete(signature)),
    close: () => undefined
  };
}

describe('a recording', () => {
  let wishes: PlanWish[];
  let profiles: ReturnType<typeof createMemoryProfiles>;
  let isFailing: boolean;
  const open = () => {
    const read = (wish: PlanWish): Promise<Result<ImportPreview>> => {
      wishes.push(wish);
      return Promise.resolve(isFailing ? fail('bad-plan', 'x', 'y', 'z') : ok(previewUnder(wish)));
    };
    return new ImportRecording(previewUnder({ answers: {} }), {}, read, profiles);
  };

  beforeEach(() => {
    wishes = [];
    profiles = createMemoryProfiles();
    isFailing = false;
  });

  it('has the name of the innermost file', () => {
    expect(open().pumpName).toBe('feed pump');
  });

  it('loses no answer that is given while another one is being read', async () => {
    const recording = open();
    expect(recording.openQuestion?.about).toBe('decimal');
    await Promise.all([recording.answer('decimal', 'a'), recording.answer('time-format', 'b')]);
    expect(recording.answers).toEqual({ decimal: 'a', 'time-format': 'b' });
    expect(recording.openQuestion).toBeUndefined();
    expect(recording.isReading).toBe(false);
  });

  it('keeps what it was understood as where an answer does not fit, and goes on from there', async () => {
    const recording = open();
    await recording.answer('decimal', 'a');
    isFailing = true;
    await recording.answer('time-format', 'a');
    expect(recording.fault?.code).toBe('bad-plan');
    expect(recording.answers).toEqual({ decimal: 'a' });
    isFailing = false;
    await recording.answer('time-format', 'b');
    expect(recording.fault).toBeNull();
    expect(recording.answers).toEqual({ decimal: 'a', 'time-format': 'b' });
  });

  it('keeps what was chosen for a column when a question is answered', async () => {
    const recording = open();
    recording.change(1, { mappedTo: 'Oil_Pressure_bar', factor: 0.01 });
    await recording.answer('decimal', 'a');
    expect(recording.plan.channels[1]).toMatchObject({ mappedTo: 'Oil_Pressure_bar', factor: 0.01, name: 'c1' });
    recording.change(1, { mappedTo: null, factor: 1 });
    expect(recording.choices).toEqual([]);
  });

  it('changes the structure in the plan that the answers propose', async () => {
    const recording = open();
    await recording.answer('decimal', 'a');
    await recording.answer('asset-column', '1');
    expect(recording.plan.assetColumn).toBe(1);
    expect(wishes.at(-2)).toEqual({ answers: { decimal: 'a' } });
    expect(recording.openQuestion?.about).toBe('time-format');
  });

  it('is remembered: the next one of its layout has its answers and choices, until that is undone', async () => {
    const first = open();
    await first.answer('decimal', 'a');
    await first.answer('time-format', 'b');
    first.change(1, { role: 'label' });
    await first.remember(77);
    const next = open();
    await next.recall();
    expect(next.remembered).toMatchObject({ usedMs: 77, fileName: 'logs.zip/feed pump.csv.gz' });
    expect(next.openQuestion).toBeUndefined();
    expect(next.plan.channels[1]!.role).toBe('label');
    await next.forget();
    expect(next.remembered).toBeNull();
    expect(next.openQuestion?.about).toBe('decimal');
    expect(next.plan.channels[1]!.role).toBe('reading');
    expect(profiles.kept.size).toBe(0);
  });

  it('of which nothing was said is not remembered, and forgets what was', async () => {
    const first = open();
    await first.answer('decimal', 'a');
    await first.remember(1);
    await open().remember(2);
    expect(profiles.kept.size).toBe(0);
    const next = open();
    await next.recall();
    expect(next.remembered).toBeNull();
    expect(wishes).toHaveLength(1);
  });
});
