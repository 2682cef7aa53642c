/**
 * Inputs made from a valibot schema: mostly of its shape, at the edges of what it allows. It need not be exact: what does not fit has to be
 * refused, and what fits has to be answered.
 */
import fc from 'fast-check';
import type { GenericSchema } from 'valibot';

/** What is read of a schema or of a part of its pipe; valibot's objects are plain data. */
interface Node {
  kind: string;
  type: string;
  pipe?: Node[];
  entries?: Record<string, Node>;
  rest?: Node;
  item?: Node;
  items?: Node[];
  key?: Node;
  value?: Node;
  wrapped?: Node;
  options?: unknown[];
  literal?: unknown;
  requirement?: unknown;
}

const largestList = 4;

/** Texts that break what is careless with texts. */
export const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udc00x',
  '\u202eabc',
  '👩‍🚒',
  'a\u0301',
  '\ufeff',
  '__proto__',
  'constructor',
  '%00',
  "'; DROP TABLE reading; --",
  '../../etc/passwd',
  '\\',
  '9'.repeat(400)
];

/** Values for a schema. `known` are texts that mean something by now, such as ids of what is there. */
export function arbitraryOf(schema: GenericSchema, known: readonly string[]): fc.Arbitrary<unknown> {
  return build(schema as unknown as Node, known);
}

function build(node: Node, known: readonly string[]): fc.Arbitrary<unknown> {
  const of = (inner: Node | undefined) => (inner ? build(inner, known) : fc.constant(null));
  const rules = (node.pipe ?? []).slice(1);
  const limit = (type: string) => rules.find((rule) => rule.type === type)?.requirement;
  const [base = node] = node.pipe ?? [];
  switch (base.type) {
    case 'string':
      return buildText(rules, limit, known);
    case 'number':
      return buildNumber(rules, limit);
    case 'boolean':
      return fc.boolean();
    case 'literal':
      return fc.constant(base.literal);
    case 'picklist':
      return fc.constantFrom(...(base.options as unknown[]));
    case 'null':
      return fc.constant(null);
    case 'array': {
      const most = Math.min(Number(limit('max_length') ?? largestList), largestList);
      return fc.array(of(base.item), { minLength: Math.min(Number(limit('min_length') ?? 0), most), maxLength: most });
    }
    case 'tuple':
      return fc.tuple(...(base.items ?? []).map(of));
    case 'object':
    case 'strict_object':
    case 'loose_object':
    case 'object_with_rest': {
      const fields = fc.record(
        Object.fromEntries(Object.entries(base.entries ?? {}).map(([key, each]) => [key, of(each)]))
      );
      const others = base.rest
        ? fc.dictionary(fc.constantFrom('Motor_RPM', 'Oil_Pressure_bar', 'x'), of(base.rest), { maxKeys: 3 })
        : fc.constant({});
      return fc.tuple(others, fields).map(([more, own]) => withoutUndefined({ ...more, ...own }));
    }
    case 'record':
      return fc.dictionary(of(base.key).map(String), of(base.value), { maxKeys: 3 });
    case 'optional':
    case 'exact_optional':
    case 'undefinedable':
      return fc.option(of(base.wrapped), { nil: undefined, freq: 2 });
    case 'nullable':
    case 'nullish':
      return fc.option(of(base.wrapped), { nil: null, freq: 4 });
    case 'union':
    case 'variant':
      return fc.oneof(...(base.options as Node[]).map(of));
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function buildText(rules: Node[], limit: (type: string) => unknown, known: readonly string[]): fc.Arbitrary<unknown> {
  const ways: fc.Arbitrary<unknown>[] = [];
  const pattern = limit('regex');
  if (pattern instanceof RegExp) {
    try {
      ways.push(fc.stringMatching(new RegExp(pattern.source.replaceAll('\\P{C}', '\\w'))));
    } catch {
      ways.push(fc.string());
    }
  }
  if (rules.some(({ type }) => type === 'iso_timestamp')) ways.push(moment.map((at) => at.toISOString()));
  if (rules.some(({ type }) => type === 'uuid')) ways.push(fc.uuid());
  if (ways.length === 0) {
    const most = Math.min(Number(limit('max_length') ?? 50), 200);
    ways.push(
      fc.string({ unit: 'grapheme', minLength: Math.min(Number(limit('min_length') ?? 0), most), maxLength: most })
    );
  }
  if (known.length > 0) ways.push(fc.constantFrom(...known));
  return fc.oneof(...ways.map((arbitrary) => ({ arbitrary, weight: 6 })), {
    arbitrary: fc.constantFrom(...oddTexts),
    weight: 1
  });
}

function buildNumber(rules: Node[], limit: (type: string) => unknown): fc.Arbitrary<unknown> {
  const isWhole = rules.some(({ type }) => type === 'integer' || type === 'safe_integer');
  const low = Number(limit('min_value') ?? (isWhole ? -1000 : -1e6));
  const high = Number(limit('max_value') ?? Math.max(low, 1e6));
  const inside = isWhole
    ? fc.maxSafeInteger().map((any) => Math.min(high, Math.max(low, any % 100_000)))
    : fc.double({ min: low, max: high, noNaN: true });
  const edges = fc.constantFrom(low, high, low - 1, high + 1, 0, -0, 0.1, 1e308, Number.MAX_SAFE_INTEGER + 1);
  return fc.oneof(
    { arbitrary: inside, weight: 8 },
    { arbitrary: edges, weight: 1 },
    { arbitrary: moment.map(Number), weight: 1 }
  );
}

const moment = fc.date({ min: new Date(0), max: new Date(Date.UTC(2099, 0, 1)), noInvalidDate: true });

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
