import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, encodeMessage, type FrameHeader, ServerMessage } from './messages.js';

const box = fc.record({ x: fc.constant(0), y: fc.constant(0.5), w: fc.constant(1), h: fc.constant(0.5) });
const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/);
const header: fc.Arbitrary<FrameHeader> = fc.record({
  type: fc.constant('frame' as const),
  cameraId: id,
  atMs: fc.nat(),
  widthPx: fc.integer({ min: 1, max: 8000 }),
  heightPx: fc.integer({ min: 1, max: 8000 }),
  tiles: fc.array(
    fc.record({
      ruleId: id,
      tile: fc.record({ index: fc.nat(), level: fc.nat(), box }),
      score: fc.integer(),
      threshold: fc.integer(),
    }),
  ),
});

describe('messages', () => {
  it('carry a picture and its header through one binary message', () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 500 }), (given, jpeg) => {
        const decoded = decodeFrame(encodeFrame(given, jpeg));
        expect(decoded.header).toEqual(given);
        expect([...decoded.jpeg]).toEqual([...jpeg]);
      }),
    );
  });

  it('refuse what is no frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeFrame(Buffer.from(bytes))).toThrow();
      }),
    );
  });

  it('keep any text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (reason) => {
        const message = { type: 'problem' as const, nowMs: 1, problems: [{ part: 'mqtt', reason }] };
        expect(ServerMessage.parse(JSON.parse(encodeMessage(message).toString()))).toEqual(message);
      }),
    );
  });
});
