import { expect, it } from 'vitest';
import * as ws from 'ws';
import { textFrame } from './text-frame.js';

/** Exported by the library, but not by its types. */
const { Sender } = ws as unknown as { Sender: { frame: (data: Buffer, options: object) => Buffer[] } };

it('is what the library sends, whatever the length of the message', () => {
  for (const length of [0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 100_000]) {
    const message = Buffer.alloc(length, 'é');
    const sent = Sender.frame(message, { opcode: 1, fin: true, rsv1: false, mask: false, readOnly: true });
    expect(textFrame(message)).toEqual(Buffer.concat(sent));
  }
});
