import { z } from 'zod';
import { Id } from '../detect/event.js';
import { MAIN_TOKEN, Scope } from '../server/scopes.js';
import { isLoopback } from '../shared/loopback.js';
import { FROM_ENVIRONMENT, host, matching, Port, section } from './fields.js';

const Token = matching(/^[!-~]{8,256}$/, '8 to 256 printable ASCII characters without blanks');

const NamedToken = section({
  name: Id.describe('Who has it, for you; a session in a browser belongs to it'),
  token: Token.describe(`The secret itself; ${FROM_ENVIRONMENT}`),
  scope: Scope.describe('view: may see everything. control: may also change things, such as reviews'),
});

/** `server` as typed. */
export const Server = section({
  host: host().default('127.0.0.1').describe('Address to listen on. Other than loopback only with a token'),
  port: Port.default(8787).describe('Port of the page, the API and the WebSocket; 0: any free one'),
  token: Token.optional().describe(
    `What a client must know to be let in, to everything; ${FROM_ENVIRONMENT}`,
  ),
  tokens: z
    .array(NamedToken)
    .max(64)
    .default([])
    .describe('More tokens, one for each person or program, that can be taken away one by one'),
})
  .superRefine(({ host, token, tokens }, context) => {
    if (token === undefined && tokens.length === 0 && !isLoopback(host)) {
      context.addIssue({
        code: 'custom',
        path: ['host'],
        message: 'expected a loopback address such as 127.0.0.1 as long as there is no token',
        params: { hint: 'Set server.token, or everyone on the network can watch the cameras.' },
      });
    }
    const all = [...(token === undefined ? [] : [{ name: MAIN_TOKEN, token }]), ...tokens];
    const skipped = all.length - tokens.length;
    tokens.forEach((own, index) => {
      const others = all.slice(0, index + skipped);
      if (others.some(({ name }) => name === own.name))
        context.addIssue({ code: 'custom', path: ['tokens', index, 'name'], message: NAME_TAKEN });
      if (others.some((other) => other.token === own.token))
        context.addIssue({ code: 'custom', path: ['tokens', index, 'token'], message: TOKEN_TAKEN });
    });
  })
  .transform(({ token = null, ...server }) => ({ ...server, token }));

const NAME_TAKEN = `expected a name that no other token has ("${MAIN_TOKEN}" is server.token)`;
const TOKEN_TAKEN = 'expected a secret that no other token has';
