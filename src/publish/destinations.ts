import type { Bus } from '../bus.js';
import type { CommandConfig, WebhookConfig } from '../config/destinations-schema.js';
import type { DetectionEvent } from '../detect/event.js';
import type { BackoffOptions } from '../shared/backoff.js';
import type { Logger } from '../telemetry/logger.js';
import { Delivery, type DeliveryHealth, type DeliveryOptions } from './delivery.js';
import type { Outbox } from './event-queue.js';
import { runCommand } from './exec.js';
import { postEvent } from './webhook.js';

const WEBHOOK_RETRY: BackoffOptions = { firstMs: 1_000, maxMs: 60_000 };
const COMMAND_RETRY: BackoffOptions = { firstMs: 1_000, maxMs: 30_000 };
/** A command that fails so often for one event will not do better for it, and others wait. */
const COMMAND_ATTEMPTS = 4;

/** The webhooks and commands of a configuration. */
export interface DestinationsConfig {
  webhooks: readonly WebhookConfig[];
  commands: readonly CommandConfig[];
}

type Filter = Pick<WebhookConfig, 'rules' | 'cameras' | 'phases'>;

/** Names under which events wait for webhooks and commands, and which events these want. */
export function destinationsOf({ webhooks, commands }: DestinationsConfig) {
  return [
    ...webhooks.map((webhook) => ({ id: webhookName(webhook), wants: wantedBy(webhook) })),
    ...commands.map((command) => ({ id: commandName(command), wants: wantedBy(command) })),
  ];
}

/** What {@link Deliveries} needs. */
export interface DeliveriesOptions {
  config: DestinationsConfig;
  /** By the names that {@link destinationsOf} gives. */
  outbox: (name: string) => Outbox<DetectionEvent>;
  /** The program's own environment, of which commands get a little. */
  env: Readonly<Record<string, string | undefined>>;
  bus: Bus;
  logger: Logger;
}

/** Sends events to all webhooks and commands. */
export class Deliveries implements AsyncDisposable {
  readonly #deliveries: readonly Delivery[];

  constructor({ config, outbox, env, bus, logger }: DeliveriesOptions) {
    const make = (name: string, given: Pick<DeliveryOptions, 'send' | 'retry' | 'attempts'>) =>
      new Delivery({ name, outbox: outbox(name), bus, logger, ...given });
    this.#deliveries = [
      ...config.webhooks.map((webhook) =>
        make(webhookName(webhook), {
          send: (event, signal) => postEvent(event, { ...webhook, signal }),
          retry: WEBHOOK_RETRY,
          attempts: null,
        }),
      ),
      ...config.commands.map((command) =>
        make(commandName(command), {
          send: (event, signal) => runCommand(event, { ...command, env, signal }),
          retry: COMMAND_RETRY,
          attempts: COMMAND_ATTEMPTS,
        }),
      ),
    ];
  }

  start(): void {
    for (const delivery of this.#deliveries) delivery.start();
  }

  health(): DeliveryHealth[] {
    return this.#deliveries.map((delivery) => delivery.health());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery[Symbol.asyncDispose]()));
  }
}

function wantedBy({ rules, cameras, phases }: Filter) {
  return ({ ruleId, cameraId, phase }: Pick<DetectionEvent, 'ruleId' | 'cameraId' | 'phase'>): boolean =>
    (rules === null || rules.includes(ruleId)) &&
    (cameras === null || cameras.includes(cameraId)) &&
    (phases === null || phases.includes(phase));
}

function webhookName({ id }: WebhookConfig): string {
  return `webhook/${id}`;
}

function commandName({ id }: CommandConfig): string {
  return `command/${id}`;
}
