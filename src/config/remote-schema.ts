import { z } from 'zod';
import { REMOTE_FORMATS, type RemoteChoice } from '../model/model-choice.js';
import { duration, matching, section } from './fields.js';

const MODEL_URL = /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?\/v2\/models\/[^\s/?#]+(\/versions\/[^\s/?#]+)?\/?$/;

const RemoteUrl = matching(
  MODEL_URL,
  "a model's URL such as http://gpu-host:8000/v2/models/clip-image, optionally with /versions/3",
)
  .max(2048)
  .superRefine((url, context) => {
    if (!URL.canParse(url)) {
      context.addIssue({ code: 'custom', message: 'expected a URL that can be read' });
    } else if (new URL(url).username !== '' || new URL(url).password !== '') {
      context.addIssue({
        code: 'custom',
        message: 'expected a URL without a name or password in it',
        params: { hint: 'Set model.remote.token instead.' },
      });
    }
  })
  .transform((url) => url.replace(/\/$/, ''));

/** `model.remote` as typed. */
export const Remote = section({
  url: RemoteUrl.describe(
    'The vision half of the model at a server that speaks the Open Inference Protocol (KServe v2) over HTTP, such as Triton',
  ),
  token: matching(/^[!-~]{1,8192}$/, 'printable ASCII characters without blanks, at most 8192')
    .optional()
    .describe('Sent as bearer token; $' + '{NAME} reads the environment'),
  timeout: duration({ min: '100ms', max: '5m' }).prefault('10s').describe('Of one request'),
  concurrency: z.int().min(1).max(64).default(4).describe('Requests under way at once, at most'),
  batch: z
    .int()
    .min(1)
    .max(256)
    .default(32)
    .describe('Pictures in a request, at most. Less where the server says that it takes less'),
  format: z
    .enum(REMOTE_FORMATS)
    .default('auto')
    .describe(
      'How pictures travel. auto: as bytes where the server says that it can, else as numbers in JSON',
    ),
}).transform(
  ({ timeout, token = null, ...remote }): RemoteChoice => ({ ...remote, token, timeoutMs: timeout }),
);
