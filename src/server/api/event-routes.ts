import { z } from 'zod';
import { DetectionEvent } from '../../detect/event.js';
import { ReviewInput, ReviewResult } from '../messages.js';
import { sendBytes, sendFile } from '../ranges.js';
import { type AnyRoute, notFound, Refusal, route, SeqParameter } from './route.js';

const EVENTS_LIMIT = 1_000;
const CLIP_NOT_READY = new Refusal(404, 'clip-not-ready', 'the event or what follows it is not over yet', {
  'Retry-After': '5',
});

const MomentParams = z.strictObject({ id: z.uuid() });

/** Events, and moments, which are events and the highest peaks. */
export const eventRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/events',
    summary: 'Stored events after a sequence number, oldest first',
    scope: 'view',
    query: z.strictObject({
      after: SeqParameter.default(0),
      limit: SeqParameter.pipe(z.number().min(1).max(EVENTS_LIMIT)).default(100),
    }),
    answer: z.strictObject({ events: z.array(DetectionEvent), lastSeq: z.int().nonnegative() }),
    handle: ({ query }, { data }) => ({ events: data.events(query), lastSeq: data.lastSeq() }),
  }),
  route({
    method: 'GET',
    path: '/api/events/{id}',
    summary: 'The newest phase of one event',
    scope: 'view',
    params: MomentParams,
    answer: DetectionEvent,
    refusals: { 404: 'No such event' },
    handle: ({ params: { id } }, { data }) => data.event(id) ?? notFound('no such event'),
  }),
  route({
    method: 'GET',
    path: '/api/events/{id}/clip',
    summary: 'Its video, from before it began until after it ended',
    scope: 'view',
    params: MomentParams,
    answer: 'video/mp4',
    refusals: { 404: 'No clip of this event; or, with code clip-not-ready, it is not over yet' },
    handle: async ({ params: { id }, request }, { data }) => {
      const clip = await data.clip(id);
      if (clip === 'coming') return CLIP_NOT_READY;
      return clip
        ? sendFile(request, { path: clip.path, type: 'video/mp4' })
        : notFound('no clip of this event');
    },
  }),
  ...['events', 'moments'].flatMap((kind) => [
    route({
      method: 'GET',
      path: `/api/${kind}/{id}/snapshot`,
      summary: 'Its picture',
      scope: 'view',
      params: MomentParams,
      answer: 'image/jpeg',
      refusals: { 404: 'No snapshot of that id' },
      handle: async ({ params: { id }, request }, { data }) => {
        const bytes = await data.snapshot(id);
        return bytes
          ? sendBytes(request, { bytes, type: 'image/jpeg' })
          : notFound('no snapshot of this event');
      },
    }),
    route({
      method: 'POST',
      path: `/api/${kind}/{id}/review`,
      summary: 'Says of an event or a peak whether it was what its rule is for; null takes it back',
      scope: 'control',
      params: MomentParams,
      body: ReviewInput,
      answer: ReviewResult,
      refusals: { 404: 'No such event or peak' },
      handle: ({ params: { id }, body: { verdict } }, { data }) =>
        data.review(id, verdict) ?? notFound('no such event or peak'),
    }),
  ]),
];
