import type { z } from 'zod';
import { jsonSchemas } from './json-schemas.js';
import { ClientMessage, FrameHeader, PROTOCOL_VERSION, ServerMessage, SUBPROTOCOL } from './messages.js';

/** What the live feed says, as an AsyncAPI 3 document. */
export function asyncApiDocument(): Record<string, unknown> {
  const texts: Record<string, z.ZodType> = Object.fromEntries(
    ServerMessage.options.map((message) => [message.shape.type.value, message]),
  );
  const { own, components } = jsonSchemas(
    { ...texts, watch: ClientMessage, frame: FrameHeader },
    { io: 'output', target: 'draft-07' },
  );
  const messages: Record<string, unknown> = Object.fromEntries(
    Object.keys(texts).map((type) => [
      type,
      { name: type, contentType: 'application/json', payload: own[type] },
    ]),
  );
  messages.frame = {
    name: 'frame',
    summary:
      'A picture, binary: the length of its header in bytes (uint32, big endian), the header as JSON, the JPEG',
    contentType: 'application/octet-stream',
    headers: own.frame,
    payload: { type: 'string', format: 'binary' },
  };
  const told = Object.keys(messages).map((name) => ({ $ref: `#/channels/live/messages/${name}` }));
  messages.watch = { name: 'watch', contentType: 'application/json', payload: own.watch };
  const names = Object.keys(messages);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'wordwatch live feed',
      version: String(PROTOCOL_VERSION),
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      live: {
        address: '/ws',
        description: `Subprotocols: ${SUBPROTOCOL}, and token.… where tokens are asked for and there is no session. A client may say of which cameras it wants pictures (watch); until then it gets all.`,
        messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
        bindings: { ws: { method: 'GET', query: QUERY } },
      },
    },
    operations: {
      tell: { action: 'send', channel: { $ref: '#/channels/live' }, messages: told },
      hear: {
        action: 'receive',
        channel: { $ref: '#/channels/live' },
        messages: [{ $ref: '#/channels/live/messages/watch' }],
      },
    },
    components: { messages, schemas: components },
  };
}

const QUERY = {
  type: 'object',
  properties: {
    after: { type: 'integer', minimum: 0, description: 'Events after this sequence number are sent first' },
    scores: { const: 'together', description: 'Scores of one frame come as one message, scores' },
  },
  additionalProperties: false,
};
