/** CRC-16 of Modbus RTU (Modbus over Serial Line 1.02, §2.5.1.2): polynomial 0xA001 reflected, initial value 0xFFFF. */
const polynomial = 0xa001;

/** The CRC of `bytes`; on the wire its low byte goes first. A frame with its right CRC behind it has the CRC 0. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return crc;
}
