/**
 * The check of a source's setup where it enters: from a form, from storage, from another thread. Everything a source relies on is made
 * sure of here, so that no source looks at it again.
 */
import {
  array,
  check,
  exactOptional,
  integer,
  literal,
  maxLength,
  maxValue,
  minLength,
  minValue,
  nonEmpty,
  nullable,
  number,
  picklist,
  pipe,
  safeParse,
  strictObject,
  string,
  trim,
  variant
} from 'valibot';
import { fail, ok } from '../domain/result';
import type { Result } from '../domain/result';
import { wireFormats } from '../domain/source';
import type { SourceSetup } from '../domain/source';

const name = pipe(string(), trim(), nonEmpty('a name'), maxLength(200, 'at most 200 characters'));
const text = pipe(string(), maxLength(1000, 'at most 1000 characters'));
const common = { id: name, name, asset: name };

/** A whole number in a range, both ends included. */
const whole = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return pipe(number(expected), integer(expected), minValue(least, expected), maxValue(most, expected));
};

const address = pipe(
  string(),
  trim(),
  maxLength(2000, 'at most 2000 characters'),
  check(isSocketAddress, 'an address that starts with ws:// or wss://, without a user or a # in it')
);

/** An MQTT topic filter (MQTT 5, §4.7): `+` is a whole level, `#` the whole last one. */
const topic = pipe(
  name,
  check((filter) => {
    const levels = filter.split('/');
    return levels.every((level, at) =>
      level === '#' ? at === levels.length - 1 : level === '+' || !/[+#\u0000]/.test(level)
    );
  }, 'a topic with + and # as whole levels, # at the end')
);

const usbId = whole(0, 0xffff);
const line = strictObject({
  // Lines kept by earlier versions say no place.
  port: nullable(strictObject({ usbVendorId: usbId, usbProductId: usbId, place: exactOptional(whole(0, 99)) })),
  baudRate: whole(50, 4_000_000),
  dataBits: picklist([7, 8]),
  stopBits: picklist([1, 2]),
  parity: picklist(['none', 'even', 'odd'])
});

const device = strictObject({
  address: whole(1, 247),
  map: pipe(string(), trim(), nonEmpty('a kind of device'), maxLength(200, 'at most 200 characters')),
  asset: name
});

const setups = variant('kind', [
  strictObject({ ...common, kind: literal('websocket'), url: address, format: picklist(wireFormats) }),
  strictObject({
    ...common,
    kind: literal('mqtt'),
    url: address,
    username: text,
    password: nullable(text),
    payload: picklist(['json', 'sparkplug']),
    topics: pipe(array(topic), minLength(1, 'at least one topic'), maxLength(100, 'at most 100 topics')),
    assetLevel: nullable(whole(0, 100))
  }),
  strictObject({ ...common, kind: literal('serial'), line, format: picklist(['auto', 'json', 'csv']) }),
  strictObject({
    ...common,
    kind: literal('modbus'),
    line,
    devices: pipe(
      array(device),
      minLength(1, 'at least one device'),
      maxLength(247, 'at most 247 devices'),
      check((all) => new Set(all.map((one) => one.address)).size === all.length, 'every address once')
    )
  }),
  strictObject({
    ...common,
    kind: literal('twin'),
    pumps: whole(1, 10_000),
    rateHz: range(1e-4, 1000),
    seed: whole(0, 0xffff_ffff),
    speed: range(1e-3, 100_000)
  })
]);

/** The setup, its texts trimmed, or a fault that names the field, what it holds and what was expected. */
export function parseSetup(input: unknown): Result<SourceSetup> {
  const parsed = safeParse(setups, input, { abortEarly: true });
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  const place = issue.path?.map(({ key }) => String(key)).join('.') ?? '';
  const isSecret = place === 'password';
  const expected = issue.kind === 'schema' && issue.expected ? issue.expected : issue.message;
  return fail('unexpected', place === '' ? 'setup' : place, isSecret ? '…' : issue.received, expected);
}

function range(least: number, most: number) {
  const expected = `a number from ${least} to ${most}`;
  return pipe(number(expected), minValue(least, expected), maxValue(most, expected));
}

function isSocketAddress(input: string): boolean {
  let url: URL;
  try {
    url = new URL(input);
  } catch {
    return false;
  }
  const isSocket = url.protocol === 'ws:' || url.protocol === 'wss:';
  return isSocket && url.hostname !== '' && url.username === '' && url.password === '' && url.hash === '';
}
