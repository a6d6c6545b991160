import { z } from 'zod';
import { Id } from '../detect/event.js';
import { isLoopback } from '../shared/loopback.js';
import { FROM_ENVIRONMENT, host, line, matching, Port, Secret, section } from './fields.js';

const BrokerUrl = matching(
  /^(mqtts?|wss?):\/\/[^\s/]+\S*$/,
  "a broker's URL such as mqtt://broker:1883 (mqtt, mqtts, ws or wss)",
).max(1024);

const PemFile = line(4096).optional();

const Tls = section({
  ca: PemFile.describe(
    'File with the certificates of those who may sign the broker’s. Default: those that Node.js knows',
  ),
  cert: PemFile.describe('File with the program’s own certificate, for a broker that asks for one'),
  key: PemFile.describe('File with the key of cert, without a passphrase'),
  insecure: z
    .boolean()
    .default(false)
    .describe('true: any certificate of the broker will do, and whoever sits in between can read along'),
})
  .superRefine(({ cert, key }, context) => {
    if ((cert === undefined) === (key === undefined)) return;
    const [given, missing] = cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    context.addIssue({ code: 'custom', path: [given], message: `expected ${missing} beside it` });
  })
  .transform(({ ca = null, cert = null, key = null, insecure }) => ({ ca, cert, key, insecure }));

const User = section({
  name: matching(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, ., _ and -, at most 64').describe('Name'),
  password: Secret.min(8, 'expected at least 8 characters').describe(`Password; ${FROM_ENVIRONMENT}`),
});

/** `mqtt` as typed: a broker, or what the embedded one needs. */
export const Mqtt = section({
  url: BrokerUrl.optional().describe(
    'The broker: mqtt://, mqtts://, ws:// or wss://. None: an embedded broker',
  ),
  prefix: Id.default('wordwatch').describe('First part of all topics'),
  protocol: z
    .literal(['3.1.1', 5])
    .default('3.1.1')
    .describe('Version of MQTT: 3.1.1, which every broker speaks (the embedded one no other), or 5'),
  username: Secret.optional().describe('Name at the broker'),
  password: Secret.optional().describe(`Password at the broker; ${FROM_ENVIRONMENT}`),
  tls: Tls.optional().describe('Certificates, for mqtts:// and wss://'),
  client_id: matching(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, at most 64')
    .optional()
    .describe('Client id at the broker. Default: one that is made up'),
  embedded: z
    .boolean()
    .optional()
    .describe('Start a broker of its own. Default: only where no url is given. false without url: no MQTT'),
  host: host()
    .default('127.0.0.1')
    .describe('Address of the embedded broker. Other than loopback only with users'),
  port: Port.default(1883).describe('Port of the embedded broker; 0: any free one'),
  users: z
    .array(User)
    .max(64)
    .default([])
    .describe('Who may use the embedded broker. None: every program on this machine'),
  discovery: z
    .boolean()
    .optional()
    .describe('Announce cameras and rules to Home Assistant. Default: true where a url is given'),
  discovery_prefix: matching(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, at most 64')
    .default('homeassistant')
    .describe('First part of the topics that Home Assistant listens to'),
})
  .superRefine(({ url, embedded, tls, host, users }, context) => {
    const refuse = (path: string, message: string, hint?: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { hint } });
    if (url !== undefined && embedded) refuse('embedded', 'expected false beside a url');
    if (url !== undefined && users.length > 0)
      refuse('users', 'expected none beside a url: they are of the embedded broker');
    if (tls !== undefined && !/^(mqtts|wss):/.test(url ?? ''))
      refuse('tls', 'expected a url with mqtts:// or wss:// beside it');
    if (isLoopback(host) || users.length > 0 || url !== undefined || embedded === false) return;
    refuse(
      'host',
      'expected a loopback address such as 127.0.0.1 as long as there are no users',
      'Set mqtt.users, or everyone on the network can read the events and switch the rules.',
    );
  })
  .transform(
    ({
      url = null,
      protocol,
      username = null,
      password = null,
      tls = null,
      client_id = null,
      embedded,
      discovery,
      discovery_prefix,
      ...mqtt
    }) => ({
      ...mqtt,
      url,
      protocolVersion: protocol === 5 ? (5 as const) : (4 as const),
      username,
      password,
      tls,
      clientId: client_id,
      embedded: embedded ?? url === null,
      // Home Assistant listens at a broker that one has; nobody does at the embedded one, unless somebody sets it up so.
      discovery: discovery ?? url !== null,
      discoveryPrefix: discovery_prefix,
    }),
  );
