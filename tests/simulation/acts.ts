/** What people and monitors do in the simulation: drafts by chance, over few pumps and rules, so that they get in each other's way. */
import type { Alarm, AlarmEvent, AlarmRule } from '$lib/domain/alarm';
import type { Finding } from '$lib/domain/finding';
import type { Entity, OperationDraft } from '$lib/domain/operation';
import type { Random } from '$lib/domain/random';
import type { Device } from './device';

const assets = ['pump-1', 'pump-2', 'pump-3'];
const ruleNames = ['pressure', 'vibration'];

/** Chooses what the device does next: drafts for one commit. `stamp` is different each time; `atMs` is the true time, which samples carry. */
export async function chooseDrafts(
  device: Device,
  random: Random,
  stamp: string,
  atMs: number
): Promise<OperationDraft[]> {
  const ledger = device.ledger();
  if (!ledger) return [];
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.uniform() * items.length)]!;
  const deviceId = await device.watcherId();
  const assetId = pick(assets);
  const ruleId = `${assetId}:${pick(ruleNames)}`;
  const own = { kind: 'alarm' as const, id: `${deviceId}:${ruleId}`, assetId };
  const process = (event: AlarmEvent): OperationDraft => ({ ...own, body: { assetId, ruleId, deviceId, event } });
  const someAlarm = async (): Promise<Alarm | undefined> => {
    const known = await ledger.entities({ kind: 'alarm' });
    return known.length > 0 ? (pick(known).body ?? undefined) : undefined;
  };
  const act = async (make: (alarm: Alarm) => AlarmEvent): Promise<OperationDraft[]> => {
    const alarm = await someAlarm();
    if (!alarm) return [];
    const body = { assetId: alarm.assetId, ruleId: alarm.ruleId, deviceId: alarm.deviceId, event: make(alarm) };
    return [{ kind: 'alarm', id: alarm.id, assetId: alarm.assetId, body }];
  };
  const who = { by: device.userId, deviceId, atMs };

  const choices: [weight: number, make: () => OperationDraft[] | Promise<OperationDraft[]>][] = [
    [6, () => [process(raise(stamp, atMs, random))]],
    [5, () => [process({ kind: 'return', atMs, value: 1 })]],
    [
      1,
      () => [process({ kind: 'reprioritise', atMs, priority: pick(['critical', 'high', 'medium', 'low'] as const) })]
    ],
    [1, () => [process({ kind: 're-alarm', atMs })]],
    [1, () => [process({ kind: 'suppress', atMs, state: 'off' })]],
    [1, () => [process({ kind: 'unsuppress', atMs })]],
    [1, () => [process({ kind: 'expire', atMs })]],
    [1, () => act(({ shelved }) => ({ kind: 'expire', atMs: shelved?.untilMs ?? atMs }))],
    [8, () => act((alarm) => ({ kind: 'acknowledge', occurrenceId: alarm.occurrence?.id ?? 'none', ...who }))],
    [2, () => act(() => ({ kind: 'shelve', untilMs: atMs + 60_000, reason: `work ${stamp}`, ...who }))],
    [2, () => act(() => ({ kind: 'unshelve', ...who }))],
    [1, () => act(() => ({ kind: 'reset', ...who }))],
    [1, () => act(() => ({ kind: 'remove-from-service', reason: 'repair', ...who }))],
    [1, () => act(() => ({ kind: 'return-to-service', ...who }))],
    [
      4,
      async () => {
        const alarm = await someAlarm();
        if (!alarm) return [];
        const { id: alarmId, assetId } = alarm;
        const body = { id: `comment-${stamp}`, alarmId, occurrenceId: null, assetId, text: `seen ${stamp}`, ...who };
        return [{ kind: 'comment', id: body.id, assetId, body }];
      }
    ],
    [
      8,
      () => {
        const rule = random.uniform() < 0.15 ? null : makeRule(ruleId, assetId, stamp);
        return [{ kind: 'rule', id: ruleId, assetId, body: { rule, assetId, reason: stamp } }];
      }
    ],
    [
      2,
      () => [
        { kind: 'promotion', id: assetId, assetId, body: { assetId, modelId: `model-${stamp}`, weightsSha256: '' } }
      ]
    ],
    [2, () => [draftFinding(`finding-${stamp}`, assetId, atMs)]],
    [
      2,
      async () => {
        const known = (await ledger.entities({ kind: 'finding' })) as Entity<'finding'>[];
        if (known.length === 0) return [];
        const { id, assetId } = pick(known);
        return [draftFinding(id, assetId, atMs)];
      }
    ],
    // Two devices that come to the same id while they do not hear of each other: one of them is refused.
    [1, () => [draftFinding(`finding-of-${assetId}`, assetId, atMs)]],
    [1, () => [process(raise(stamp, atMs, random)), draftFinding(`finding-${stamp}`, assetId, atMs)]],
    [
      2,
      async () => {
        const group = random.uniform() < 0.3 ? pick(['', 'north', 'south']) : undefined;
        const card = (await ledger.entity('asset', assetId))?.body;
        const body = { id: assetId, name: `Pump ${stamp}`, group: group ?? card?.group ?? '' };
        return [{ kind: 'asset', id: assetId, assetId, body }];
      }
    ]
  ];
  let left = random.uniform() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of choices) if ((left -= weight) < 0) return make();
  return [];
}

/** The drafts as a device of a later version writes them: with something that today's knows nothing of. */
export function addLater(drafts: OperationDraft[], later: string): OperationDraft[] {
  return drafts.map((draft) => {
    const { body } = draft;
    const inner = draft.kind === 'rule' && draft.body.rule ? { rule: { ...draft.body.rule, later: { later } } } : {};
    return { ...draft, body: { ...body, ...inner, later: { later } } } as unknown as OperationDraft;
  });
}

/** An operation that no honest device makes: the backend has to settle it as refused. */
export function choosePoison(stamp: string, random: Random): OperationDraft {
  const assetId = assets[0]!;
  const bad =
    random.uniform() < 0.5
      ? { kind: 'weather', id: `weather-${stamp}`, assetId, body: { wind: 3 } }
      : { kind: 'comment', id: `comment-${stamp}`, assetId, body: { id: `comment-${stamp}`, text: 7 } };
  return bad as unknown as OperationDraft;
}

function raise(stamp: string, atMs: number, random: Random): AlarmEvent {
  const rest = { value: 9, limit: 8, priority: 'high', ruleVersion: 0, name: 'Too high', assetName: 'Pump' } as const;
  return { kind: 'raise', atMs, occurrenceId: `occurrence-${stamp}`, isLatching: random.uniform() < 0.3, ...rest };
}

function draftFinding(id: string, assetId: string, atMs: number): OperationDraft {
  const body: Finding = {
    id,
    assetId,
    modelId: 'model',
    startMs: atMs - 60_000,
    openedMs: atMs,
    endMs: null,
    peakMs: atMs,
    peakScore: 2,
    threshold: 1,
    windows: 5,
    windowsAbove: 4,
    severity: 'medium',
    evidence: 'clear',
    contributions: []
  };
  return { kind: 'finding', id, assetId, body };
}

/** A rule as an engineer may have written it; `stamp` makes it another one. */
function makeRule(id: string, assetId: string, stamp: string): AlarmRule {
  const band = { value: 1, of: 'percent' } as const;
  return {
    id,
    assetId,
    name: `Rule ${stamp}`,
    isEnabled: true,
    condition: { kind: 'limit', channel: 'pressure', level: 'H', limit: 8, setBand: band, clearBand: band, range: 10 },
    priority: 'high',
    onDelayMs: 1000,
    offDelayMs: 1000,
    isLatching: false,
    suppressedIn: ['off'],
    reAlarmMs: null,
    escalation: null,
    maxShelveMs: 3_600_000,
    consequence: '',
    action: '',
    respondWithinMin: null,
    causes: [],
    owner: '',
    version: 1
  };
}
