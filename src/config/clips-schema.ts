import { z } from 'zod';
import { duration, section } from './fields.js';
import { size } from './size-field.js';

/** `clips` as typed. */
export const Clips = section({
  enabled: z
    .boolean()
    .default(false)
    .describe('Keep a clip of every event, of cameras that send H.264 or HEVC'),
  before: duration({ max: '30s' }).prefault('10s').describe('Video before the event that is in its clip'),
  after: duration({ max: '30s' }).prefault('10s').describe('Video after the event that is in its clip'),
  keep: duration({ min: '1h' }).prefault('7d').describe('How long clips are kept'),
  max_size: size().prefault('5GB').describe('Of all clips together; beyond it the oldest go'),
}).transform(({ enabled, before, after, keep, max_size }) => ({
  enabled,
  beforeMs: before,
  afterMs: after,
  keepMs: keep,
  maxBytes: max_size,
}));

/** Which clips are made and kept. */
export type ClipsConfig = z.output<typeof Clips>;
