/** The endpoints that score what they are sent, by a named model, and keep nothing. */
import * as v from 'valibot';
import type { Fault } from '../../lib/domain/result';
import type { LiveModel } from '../../lib/monitor/live';
import { defaultModel, type Models } from '../scoring/models';
import { layOutRows, scoreRows, type Row, type ScoredRows } from '../scoring/score-rows';
import { contributionOut, findingOut, nameStatus, statusName } from './answers';
import { time, value } from './fields';
import { describeReason, refuse, type Reason } from './refusal';
import { defineRoute, type Route } from './route';

export interface DetectPlace {
  models: Models;
  /** Lets other calls have their turn. */
  pause: () => Promise<void>;
}

const mostRows = 10_000;
const mostWindows = 1000;

const rowIn = v.objectWithRest({ time: v.optional(v.nullable(time), null) }, v.nullable(value));
const rowsIn = (most: number) => v.pipe(v.array(rowIn), v.minLength(1), v.maxLength(most));
type RowIn = v.InferOutput<typeof rowIn>;

const modelName = v.optional(v.pipe(v.string(), v.maxLength(100)), defaultModel);
const orNull = v.nullable(v.number());

/** The window that ends with the last row. */
const windowOut = {
  score: orNull,
  status: statusName,
  isAbove: v.nullable(v.boolean()),
  contributions: v.array(contributionOut)
};
const modelOut = { modelId: v.string(), threshold: v.number(), windowRows: v.number() };

const rowOut = v.strictObject({
  tMs: v.number(),
  score: orNull,
  status: statusName,
  isAbove: v.nullable(v.boolean()),
  isInFinding: v.boolean()
});

/** The rows. */
export function detectRoutes({ models, pause }: DetectPlace): Route[] {
  /** Scores some rows; a refusal where the model cannot read them. */
  async function score(model: LiveModel, rows: RowIn[], where: string): Promise<ScoredRows | Reason> {
    const block = layOutRows(model, rows.map(toRow));
    if ('notRisingAt' in block) {
      const at = block.notRisingAt;
      const found = String(rows[at]!.time ?? 'no time');
      return describeReason(422, 'bad-input', `${where}[${at}].time`, found, 'a time after that of the row before');
    }
    const absent = block.channels.filter((name) => rows.every((row) => !(name in row)));
    if (absent.length > 0) {
      const expected = `what the model reads: ${block.channels.join(', ')}`;
      return describeReason(422, 'bad-input', where, `no ${absent.join(', ')}`, expected);
    }
    return scoreRows(model, block, pause);
  }

  const detect = defineRoute({
    method: 'POST',
    path: '/detect',
    name: 'detect',
    summary:
      'Scores the window that ends with the last row. Rows lead up to it in time order; too few leave it without a score.',
    tag: 'detect',
    access: 'detect',
    body: v.strictObject({ model: modelName, rows: rowsIn(mostWindows) }),
    cost: 2,
    answers: {
      200: {
        describes: 'The score and its limit. A score that is unknown is null, and no sign of health.',
        schema: v.strictObject({ ...modelOut, ...windowOut })
      }
    },
    async handle({ body, requestId }) {
      const model = await models.model(body.model);
      if (!model.ok) return refuse(refuseModel(model.fault), requestId);
      const scored = await score(model.value, body.rows, 'body.rows');
      if ('error' in scored) return refuse(scored, requestId);
      return { status: 200, body: { ...describeModel(model.value), ...lastWindow(model.value, scored) } };
    }
  });

  const detectBatch = defineRoute({
    method: 'POST',
    path: '/detect/batch',
    name: 'detectBatch',
    summary: 'Scores every row of a recording, with the findings in it; or many windows, each for itself.',
    tag: 'detect',
    access: 'detect',
    body: v.union([
      v.strictObject({ model: modelName, rows: rowsIn(mostRows) }),
      v.strictObject({
        model: modelName,
        windows: v.pipe(v.array(rowsIn(mostWindows)), v.minLength(1), v.maxLength(mostWindows))
      })
    ]),
    cost: 20,
    answers: {
      200: {
        describes: 'One entry for each row, or for each window, in their order.',
        schema: v.union([
          v.strictObject({
            ...modelOut,
            rows: v.array(rowOut),
            findings: v.array(findingOut),
            condition: v.picklist(['normal', 'anomaly', 'unknown']),
            reason: v.string()
          }),
          v.strictObject({ ...modelOut, windows: v.array(v.strictObject(windowOut)) })
        ])
      }
    },
    async handle({ body, requestId }) {
      const model = await models.model(body.model);
      if (!model.ok) return refuse(refuseModel(model.fault), requestId);
      const said = describeModel(model.value);
      if ('rows' in body) {
        const scored = await score(model.value, body.rows, 'body.rows');
        if ('error' in scored) return refuse(scored, requestId);
        const { findings, state } = scored;
        const rows = scored.rows.map(({ status, ...row }) => ({
          ...row,
          status: nameStatus(status),
          isAbove: isAbove(model.value, row.score)
        }));
        return { status: 200, body: { ...said, rows, findings, condition: state.condition, reason: state.reason } };
      }
      const windows = [];
      for (const [i, rows] of body.windows.entries()) {
        if (i % 16 === 15) await pause();
        const scored = await score(model.value, rows, `body.windows[${i}]`);
        if ('error' in scored) return refuse(scored, requestId);
        windows.push(lastWindow(model.value, scored));
      }
      return { status: 200, body: { ...said, windows } };
    }
  });

  return [detect, detectBatch];
}

function toRow({ time: tMs, ...values }: RowIn): Row {
  return { tMs, values };
}

function describeModel({ manifest }: LiveModel) {
  return { modelId: manifest.id, threshold: manifest.threshold.value, windowRows: manifest.recipe.window.steps };
}

function lastWindow(model: LiveModel, { rows, contributions }: ScoredRows) {
  const last = rows.at(-1);
  const score = last?.score ?? null;
  return { score, status: nameStatus(last?.status ?? 1), isAbove: isAbove(model, score), contributions };
}

/** Unknown is not normal. */
function isAbove({ manifest }: LiveModel, score: number | null): boolean | null {
  return score === null ? null : score > manifest.threshold.value;
}

function refuseModel({ code, where, found, expected }: Fault): Reason {
  if (code === 'not-found') return describeReason(422, 'bad-input', 'body.model', found, expected);
  return describeReason(503, 'no-model', where, found, expected, { 'Retry-After': '60' });
}
