const FINAL_TEXT = 0x81;

/** A text message as a WebSocket server puts it on the wire: its header (RFC 6455, section 5.2) and the message. */
export function textFrame(message: Buffer): Buffer {
  return Buffer.concat([headerOf(message.length), message]);
}

function headerOf(length: number): Buffer {
  if (length < 126) return Buffer.from([FINAL_TEXT, length]);
  if (length < 0x10000) return Buffer.from([FINAL_TEXT, 126, length >> 8, length & 0xff]);
  const header = Buffer.from([FINAL_TEXT, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
