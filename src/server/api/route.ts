import { z } from 'zod';
import type { Visitor } from '../access.js';
import type { Scope } from '../scopes.js';
import type { ScoreHistory } from '../score-history.js';
import type { ServerData } from '../server-data.js';

/** Longest body that is read, where a route says nothing else. */
export const BODY_LIMIT_BYTES = 4 * 1024;

/** What routes answer from. */
export interface ApiContext {
  data: ServerData;
  scores: Pick<ScoreHistory, 'list'>;
  /** Signs in with a token; a refusal when it is none. null: none is asked for. */
  signIn: ((token: string, address: string) => string | Refusal) | null;
  documents: { openapi: () => Record<string, unknown>; asyncapi: () => Record<string, unknown> };
}

/** A request whose every part was checked. */
export interface Asked<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  request: Request;
  /** IP address that it came from. */
  address: string;
  /** Who asks; null: somebody who may not see anything. */
  visitor: () => Visitor | null;
}

/** Every error of the API. */
export const ErrorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('For programs'),
    message: z.string().describe('For people'),
  }),
  problems: z
    .array(
      z.strictObject({
        path: z.string().describe('Which value of the rule, such as `confirm.k`; empty: the rule as a whole'),
        message: z.string(),
        hint: z.string().optional(),
      }),
    )
    .optional()
    .describe('Of `invalid-rule`: everything that is wrong with it'),
  current: z
    .unknown()
    .optional()
    .describe(
      'Of `conflict`: `{revision, rule}`, the file’s and the rule in it as they are now; nulls: gone',
    ),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;

/** An answer that says no. */
export class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What else the answer says. */
  readonly details: Omit<ErrorAnswer, 'error'>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Record<string, string> = {},
    details: Omit<ErrorAnswer, 'error'> = {},
  ) {
    this.status = status;
    this.code = code;
    this.message = message;
    this.headers = headers;
    this.details = details;
  }

  toResponse(): Response {
    const { status, code, message, headers, details } = this;
    return Response.json({ error: { code, message }, ...details } satisfies ErrorAnswer, { status, headers });
  }
}

/** @param message what there is none of */
export function notFound(message: string): Refusal {
  return new Refusal(404, 'not-found', message);
}

/**
 * One thing that can be asked for over HTTP. The server, the OpenAPI document and the tests of access all go by this, so that
 * a new route is checked, documented and tested by being written down.
 */
export interface Route<Params, Query, Body, Answer> {
  method: 'GET' | 'POST' | 'DELETE';
  /** With parameters in braces: `/api/events/{id}`. */
  path: string;
  /** For the documentation: what it does, without the full stop. */
  summary: string;
  /** What is needed; null: nothing. */
  scope: Scope | null;
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  /** Of JSON. */
  body?: z.ZodType<Body>;
  /** Longest body that is read. Default: {@link BODY_LIMIT_BYTES} */
  bodyLimitBytes?: number;
  /** Schema of the JSON that it answers; or a media type, which can be asked for in parts; or null: nothing. */
  answer: z.ZodType<Answer> | string | null;
  /** Statuses other than 200 that carry the answer, too. */
  alsoAnswersWith?: readonly number[];
  /** Why it says no, by status, apart from what all routes do. */
  refusals?: Readonly<Record<number, string>>;
  /** @returns what `answer` says; a response that is ready; or a refusal */
  handle(
    asked: Asked<Params, Query, Body>,
    context: ApiContext,
  ): Answer | Response | Refusal | Promise<Answer | Response | Refusal>;
}

export type AnyRoute = Route<unknown, unknown, unknown, unknown>;

/** Ties the types of a route together. */
export function route<Params = unknown, Query = unknown, Body = unknown, Answer = never>(
  definition: Route<Params, Query, Body, Answer>,
): AnyRoute {
  return definition as AnyRoute;
}

/** A whole number in a URL. */
export const SeqParameter = z
  .string()
  .regex(/^\d{1,15}$/, 'a whole number')
  .transform(Number);
