/**
 * Sparkplug B payloads as bytes and back. The messages are described here in code, with the field numbers of the Eclipse Sparkplug 3.0
 * specification (§6.4.3): a code generator is not needed and nothing is compiled at run time, which the content security policy would
 * forbid. What readings do not need (data sets, templates, meta data) is not described and skipped.
 */
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { DescMessage, Message } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema
} from '@bufbuild/protobuf/wkt';

/** A value as it is on the wire; what an integer means is up to the metric's data type. */
export type WireValue =
  | { case: 'intValue'; value: number }
  | { case: 'longValue'; value: bigint }
  | { case: 'floatValue' | 'doubleValue'; value: number }
  | { case: 'booleanValue'; value: boolean }
  | { case: 'stringValue'; value: string }
  | { case: undefined; value?: undefined };

/** One metric. What is undefined was not sent: data messages leave out what the birth has said. */
export interface Metric {
  name?: string;
  alias?: bigint;
  /** ms since 1970 UTC. */
  timestamp?: bigint;
  datatype?: number;
  isHistorical?: boolean;
  isNull?: boolean;
  properties?: { keys: string[]; values: { value: WireValue }[] };
  value: WireValue;
}

/** A message: a birth, a death, data or a command. */
export interface SparkplugPayload {
  timestamp?: bigint;
  metrics: Metric[];
  /** 0 to 255. */
  seq?: bigint;
}

type FieldType = Exclude<keyof typeof FieldDescriptorProto_Type, number>;
type Field = [
  name: string,
  number: number,
  type: FieldType | 'Metric' | 'PropertySet' | 'PropertyValue',
  many?: 'many'
];

const metricValue: Field[] = [
  ['int_value', 10, 'UINT32'],
  ['long_value', 11, 'UINT64'],
  ['float_value', 12, 'FLOAT'],
  ['double_value', 13, 'DOUBLE'],
  ['boolean_value', 14, 'BOOL'],
  ['string_value', 15, 'STRING']
];
const messages: { name: string; fields: Field[]; value: Field[] }[] = [
  {
    name: 'Payload',
    fields: [
      ['timestamp', 1, 'UINT64'],
      ['metrics', 2, 'Metric', 'many'],
      ['seq', 3, 'UINT64']
    ],
    value: []
  },
  {
    name: 'Metric',
    fields: [
      ['name', 1, 'STRING'],
      ['alias', 2, 'UINT64'],
      ['timestamp', 3, 'UINT64'],
      ['datatype', 4, 'UINT32'],
      ['is_historical', 5, 'BOOL'],
      ['is_null', 7, 'BOOL'],
      ['properties', 9, 'PropertySet']
    ],
    value: metricValue
  },
  {
    name: 'PropertySet',
    fields: [
      ['keys', 1, 'STRING', 'many'],
      ['values', 2, 'PropertyValue', 'many']
    ],
    value: []
  },
  // The same values as a metric's, seven numbers earlier.
  { name: 'PropertyValue', fields: [], value: metricValue.map(([name, number, type]) => [name, number - 7, type]) }
];

const payloadType = describeMessages();

/** The payload in these bytes, or null where they are none. */
export function decodePayload(bytes: Uint8Array): SparkplugPayload | null {
  try {
    const decoded = fromBinary(payloadType, bytes, { readUnknownFields: false }) as unknown as SparkplugPayload;
    return { ...decoded, metrics: decoded.metrics.map(asSent) };
  } catch {
    return null;
  }
}

/** The bytes of a payload. */
export function encodePayload(payload: SparkplugPayload): Uint8Array {
  return toBinary(payloadType, create(payloadType, payload as unknown as Message));
}

/** Its own fields alone: those that were not sent would answer with the defaults of their type. */
function asSent(metric: Metric): Metric {
  return { ...metric };
}

function describeMessages(): DescMessage {
  const file = create(FileDescriptorProtoSchema, {
    name: 'sparkplug.proto',
    package: 'pumpside',
    syntax: 'proto2',
    messageType: messages.map(({ name, fields, value }) => ({
      name,
      field: [...fields.map((field) => describeField(field)), ...value.map((field) => describeField(field, 0))],
      oneofDecl: value.length > 0 ? [{ name: 'value' }] : []
    }))
  });
  return createFileRegistry(file, () => undefined).getMessage('pumpside.Payload')!;
}

function describeField([name, number, type, many]: Field, oneofIndex?: number) {
  const isMessage = type === 'Metric' || type === 'PropertySet' || type === 'PropertyValue';
  return {
    name,
    number,
    type: isMessage ? FieldDescriptorProto_Type.MESSAGE : FieldDescriptorProto_Type[type],
    label: many ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    ...(isMessage ? { typeName: `.pumpside.${type}` } : {}),
    ...(oneofIndex === undefined ? {} : { oneofIndex })
  };
}
