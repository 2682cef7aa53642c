/**
 * Register maps: which registers of a device hold which readings. They come as JSON files, ours or somebody's own, so everything in
 * them is checked here. Knows no line and no polling.
 */
import {
  array,
  check,
  finite,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  safeParse,
  strictObject,
  string,
  trim
} from 'valibot';
import { convertTo, findPumpChannel } from '../../domain/pump-channel';
import { fail, ok } from '../../domain/result';
import type { Result } from '../../domain/result';
import { byteOrders, registerTypes } from '../../domain/source';
import type { RegisterMap, RegisterType } from '../../domain/source';
import { isName } from '../wire/frame';

const longestFile = 1 << 20;

/** A whole number in a range, both ends included. */
const whole = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return pipe(number(expected), integer(expected), minValue(least, expected), maxValue(most, expected));
};
const text = (most: number) => pipe(string('a text'), maxLength(most, `at most ${most} characters`));
const name = pipe(string('a text'), trim(), check(isName, 'a name of at most 200 characters'));
const real = pipe(number('a number'), finite('a finite number'));

const register = pipe(
  strictObject({
    fc: picklist([3, 4] as const, '3 (holding registers) or 4 (input registers)'),
    address: whole(0, 0xffff),
    type: picklist(registerTypes, registerTypes.join(', ')),
    order: optional(picklist(byteOrders, byteOrders.join(', ')), 'ABCD'),
    scale: optional(
      pipe(
        real,
        check((scale) => scale !== 0, 'a number other than 0')
      ),
      1
    ),
    offset: optional(real, 0),
    unit: optional(pipe(text(40), trim()), ''),
    column: name,
    pollMs: optional(whole(20, 86_400_000), 1000)
  }),
  check(({ address, type }) => address + widthOf(type) <= 0x10000, 'registers up to address 65535'),
  check((one) => isUnitOfColumn(one), 'a unit of what the column measures')
);

const registerMap = strictObject({
  id: pipe(
    name,
    check((id) => /^[\w.-]+$/.test(id), 'letters, digits, dots, dashes')
  ),
  name,
  source: optional(text(1000), ''),
  registers: pipe(
    array(register, 'a list of registers'),
    minLength(1, 'at least one register'),
    maxLength(500, 'at most 500 registers'),
    check((all) => new Set(all.map(({ column }) => column)).size === all.length, 'every column once')
  )
});

/** How many registers a value takes. */
export function widthOf(type: RegisterType): 1 | 2 {
  return type === 'int16' || type === 'uint16' ? 1 : 2;
}

/** The map in a file's text, or a fault that names the key, what it holds and what was expected. */
export function parseRegisterMap(text: string): Result<RegisterMap> {
  if (text.length > longestFile) {
    return fail('unexpected', 'register map', `${text.length} characters`, `at most ${longestFile}`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return fail('unexpected', 'register map', String(error), 'JSON');
  }
  return checkRegisterMap(document);
}

/** The map that `document` is, with what it leaves out filled in; otherwise as `parseRegisterMap`. */
export function checkRegisterMap(document: unknown): Result<RegisterMap> {
  const parsed = safeParse(registerMap, document, { abortEarly: true });
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  const place = issue.path?.map(({ key }) => String(key)).join('.') ?? '';
  const expected = issue.kind === 'schema' && issue.expected ? issue.expected : issue.message;
  const message = issue.message.startsWith('Invalid') ? expected : issue.message;
  return fail('unexpected', place === '' ? 'register map' : place, issue.received, message);
}

/** False where the column is one of a pump's ten and the unit measures something else: rpm are no bar. */
function isUnitOfColumn({ column, unit }: { column: string; unit: string }): boolean {
  const channel = findPumpChannel(column);
  return !channel || convertTo(channel, unit) !== null;
}
