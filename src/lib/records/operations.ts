/** What changes of the records tell others: pure functions from rows to drafts of operations. */
import type { Asset } from '../domain/asset';
import type { Finding } from '../domain/finding';
import type { Manifest } from '../domain/manifest';
import type { Entity, OperationDraft } from '../domain/operation';

/** A pump's name; its group, and what a later version has written, stay as `known` has them. */
export function draftCard({ id, name }: Pick<Asset, 'id' | 'name'>, known?: Entity): OperationDraft {
  const body = (known as Entity<'asset'> | undefined)?.body;
  return { kind: 'asset', id, assetId: id, body: { group: '', ...body, id, name } };
}

/** The model that scores a pump from now on. */
export function draftPromotion(assetId: string, { id, weights }: Manifest): OperationDraft {
  const body = { assetId, modelId: id, weightsSha256: weights.sha256 };
  return { kind: 'promotion', id: assetId, assetId, body };
}

/**
 * Findings that others should hear of: those that opened, ended or became more severe since `before` (undefined where there was none). One that
 * merely grew is told when it ends.
 */
export function draftFindings(before: readonly (Finding | undefined)[], now: readonly Finding[]): OperationDraft[] {
  return now.flatMap((finding, i) => {
    const earlier = before[i];
    const isSame = earlier && earlier.endMs === finding.endMs && earlier.severity === finding.severity;
    return isSame ? [] : [{ kind: 'finding' as const, id: finding.id, assetId: finding.assetId, body: finding }];
  });
}

/** Ends what stands of a pump that nobody watches any more, so that its alarms can be acknowledged and go. */
export function draftEndings(alarms: readonly Entity[]): OperationDraft[] {
  return (alarms as Entity<'alarm'>[]).flatMap(({ id, assetId, body }) => {
    if (!body?.isActive) return [];
    const { ruleId, deviceId, sinceMs, occurrence } = body;
    const event = { kind: 'return' as const, atMs: Math.max(sinceMs, occurrence?.raisedMs ?? sinceMs), value: null };
    return [{ kind: 'alarm' as const, id, assetId, body: { assetId, ruleId, deviceId, event } }];
  });
}
