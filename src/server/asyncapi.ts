import type { z } from 'zod';
import { jsonSchemas } from './json-schemas.js';
import { FrameHeader, PROTOCOL_VERSION, ServerMessage, SUBPROTOCOL } from './messages.js';

/** What the live feed says, as an AsyncAPI 3 document. */
export function asyncApiDocument(): Record<string, unknown> {
  const texts: Record<string, z.ZodType> = Object.fromEntries(
    ServerMessage.options.map((message) => [message.shape.type.value, message]),
  );
  const { own, components } = jsonSchemas(
    { ...texts, frame: FrameHeader },
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
        description: `Subprotocols: ${SUBPROTOCOL}, and token.… where tokens are asked for and there is no session. Clients say nothing.`,
        messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
        bindings: { ws: { method: 'GET', query: AFTER } },
      },
    },
    operations: { tell: { action: 'send', channel: { $ref: '#/channels/live' } } },
    components: { messages, schemas: components },
  };
}

const AFTER = {
  type: 'object',
  properties: {
    after: { type: 'integer', minimum: 0, description: 'Events after this sequence number are sent first' },
  },
  additionalProperties: false,
};
