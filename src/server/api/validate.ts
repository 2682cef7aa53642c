/** Checks what came in against a schema, and says of the first fault where it is, what was found and what was expected. */
import { safeParse, type BaseIssue, type GenericSchema, type InferOutput } from 'valibot';
import type { InputFault } from './parse-json';

/** The value as the schema makes it; or the first fault, its place below `root` (`body`, `query`, `path`). */
export function validate<Schema extends GenericSchema>(
  schema: Schema,
  input: unknown,
  root: string
): { value: InferOutput<Schema> } | InputFault {
  const result = safeParse(schema, input, { abortEarly: true });
  return result.success ? { value: result.output } : describeIssue(result.issues[0], root);
}

function describeIssue(issue: BaseIssue<unknown>, root: string): InputFault {
  const { path = [], received, expected, message } = deepest(issue);
  const where = path.reduce((text, { key }) => text + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`), root);
  return {
    where,
    found: received === 'undefined' ? 'nothing' : received,
    // A check that is a formula has no name of what it expects; its message says it.
    expected: expected === null || expected.includes('/') ? message : expected
  };
}

/** Of the alternatives of a union, the one that came furthest says what is wrong. */
function deepest(issue: BaseIssue<unknown>): BaseIssue<unknown> {
  let best: BaseIssue<unknown> | undefined;
  for (const each of issue.issues ?? []) {
    const inner = deepest(each);
    if ((inner.path?.length ?? 0) > (best?.path?.length ?? 0)) best = inner;
  }
  if (!best) return issue;
  return issue.path && best !== issue ? { ...best, path: [...issue.path, ...(best.path ?? [])] as never } : best;
}
