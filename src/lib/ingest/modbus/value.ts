/** The number in a register, or in two of them. Knows the wire's byte orders and nothing of units. */
import type { Register } from '../../domain/source';
import { widthOf } from './register-map';

/** Which byte on the wire each of A, B, C, D is. */
const places = { ABCD: [0, 1, 2, 3], CDAB: [2, 3, 0, 1], BADC: [1, 0, 3, 2], DCBA: [3, 2, 1, 0] } as const;
const wordPlaces = { ABCD: [0, 1], CDAB: [0, 1], BADC: [1, 0], DCBA: [1, 0] } as const;

/** The scaled value of `register` in `data`, the bytes of an answer that begins with the register `start`. Not finite where a float is none. */
export function readValueOf(
  { address, type, order, scale, offset }: Register,
  start: number,
  data: Uint8Array
): number {
  const at = 2 * (address - start);
  const bytes = widthOf(type) === 1 ? wordPlaces[order] : places[order];
  const view = new DataView(Uint8Array.from(bytes, (place) => data[at + place]!).buffer);
  return readNumber(view, type) * scale + offset;
}

function readNumber(view: DataView, type: Register['type']): number {
  switch (type) {
    case 'int16':
      return view.getInt16(0);
    case 'uint16':
      return view.getUint16(0);
    case 'int32':
      return view.getInt32(0);
    case 'uint32':
      return view.getUint32(0);
    case 'float32':
      return view.getFloat32(0);
  }
}
