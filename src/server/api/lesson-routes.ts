import { z } from 'zod';
import { Id } from '../../detect/event.js';
import { LessonInfo, LessonInput, LessonResult } from '../messages.js';
import { type AnyRoute, notFound, Refusal, route } from './route.js';

const RuleParams = z.strictObject({ id: Id });

/** What reviews can teach about a rule. */
export const lessonRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/rules/{id}/lesson',
    summary: 'What reviews can teach about a rule, and what that would have changed',
    scope: 'view',
    params: RuleParams,
    answer: LessonInfo,
    refusals: { 404: 'No such rule' },
    handle: ({ params: { id } }, { data }) => data.lesson(id) ?? notFound('no such rule'),
  }),
  route({
    method: 'POST',
    path: '/api/rules/{id}/lesson',
    summary: 'Applies what is offered, or takes the newest lesson back',
    scope: 'control',
    params: RuleParams,
    body: LessonInput,
    answer: LessonResult,
    refusals: { 404: 'No such rule', 409: 'There is nothing to do' },
    handle: ({ params: { id }, body }, { data }) => {
      if (!data.rules().some((rule) => rule.id === id)) return notFound('no such rule');
      const message = body.action === 'undo' ? 'no lesson is in force' : 'nothing is offered';
      return data.teach(id, body) ?? new Refusal(409, 'nothing-to-do', message);
    },
  }),
];
