import type { z } from 'zod';
import type { RemoteChoice } from '../model-choice.js';
import { closed, RemoteFailure } from './failure.js';
import { type HttpAnswer, type HttpRequest, placeOf, send } from './http.js';
import { withRetries } from './retry.js';
import { ModelConfiguration, ModelMetadata, ServerMetadata } from './signature.js';
import { type InferRequest, parseJson } from './tensors.js';

/** Of everything but vectors. */
const MAX_ANSWER_BYTES = 2 ** 20;
/** Of a vector in an answer: 4096 numbers with all their digits in JSON. */
const MAX_VECTOR_BYTES = 128 * 1024;
/** Attempts at one request. */
const MAX_ATTEMPTS = 3;

/** How a request is made. */
export interface Trying {
  /** Once, or again after failures that may be over in a moment. */
  retries: boolean;
  /** Asked before every attempt; may throw. */
  check: () => void;
}

/** The Open Inference Protocol (KServe v2) over HTTP, for one model. */
export class KserveClient implements Disposable {
  /** The model's address, fit to be shown. */
  readonly place: string;
  readonly #choice: RemoteChoice;
  readonly #closing = new AbortController();

  constructor(choice: RemoteChoice) {
    this.#choice = choice;
    this.place = placeOf(choice.url);
  }

  /**
   * What the model takes and gives, once the server is ready to run it.
   * @throws RemoteFailure also `remote-not-ready`
   */
  async metadata(trying: Trying): Promise<ModelMetadata> {
    const { url } = this.#choice;
    const metadata = await this.#get(url, ModelMetadata, trying).catch(async (error) => {
      // Some servers answer before they have read their models, and know none till then.
      const isUnknown = error instanceof RemoteFailure && [400, 404].includes(error.status ?? 0);
      const isStarting = isUnknown && !(await this.#isReady(`${this.#root}/health/ready`, trying));
      throw isStarting ? notReady(this.place) : error;
    });
    if (await this.#isReady(`${url}/ready`, trying)) return metadata;
    throw notReady(this.place);
  }

  /** Names of what the server can beyond the protocol; empty where it does not say. */
  async extensions(trying: Trying): Promise<string[]> {
    const metadata = await ifTold(this.#get(this.#root, ServerMetadata, trying));
    return metadata?.extensions ?? [];
  }

  /** Pictures that the server takes at once; null: it does not say, or takes any number. */
  async maxBatchSize(trying: Trying): Promise<number | null> {
    const configuration = await ifTold(this.#get(`${this.#choice.url}/config`, ModelConfiguration, trying));
    return configuration?.max_batch_size || null;
  }

  /** @param rows vectors that are asked for: they bound the answer */
  async infer({ body, headers }: InferRequest, rows: number, trying: Trying): Promise<HttpAnswer> {
    const maxBytes = MAX_ANSWER_BYTES + rows * MAX_VECTOR_BYTES;
    return this.#send({ url: `${this.#choice.url}/infer`, body, headers, maxBytes }, trying);
  }

  /** Ends all requests under way with `model-closed`. */
  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Address of the server itself: `…/v2`. */
  get #root(): string {
    return this.#choice.url.replace(/\/models\/.*$/, '');
  }

  /** Also true where the server has no such page. */
  async #isReady(url: string, trying: Trying): Promise<boolean> {
    try {
      await this.#send({ url, maxBytes: MAX_ANSWER_BYTES }, trying);
      return true;
    } catch (error) {
      if (error instanceof RemoteFailure && error.status !== null) return error.status === 404;
      throw error;
    }
  }

  async #get<S extends z.ZodType>(url: string, schema: S, trying: Trying): Promise<z.output<S>> {
    const { body } = await this.#send({ url, maxBytes: MAX_ANSWER_BYTES }, trying);
    return parseJson(schema, body, placeOf(url));
  }

  #send(
    request: Pick<HttpRequest, 'url' | 'body' | 'headers' | 'maxBytes'>,
    { retries, check }: Trying,
  ): Promise<HttpAnswer> {
    if (this.isClosed) throw closed();
    const { token, timeoutMs } = this.#choice;
    const { signal } = this.#closing;
    return withRetries(() => send({ ...request, token, timeoutMs, signal }), {
      attempts: retries ? MAX_ATTEMPTS : 1,
      // Frames wait for this: a server that lets every attempt wait gets no third one.
      totalMs: timeoutMs * 1.5,
      check,
      signal,
    });
  }
}

/** null where the server has no such page: behind a gateway often only the model itself can be reached. */
async function ifTold<T>(asking: Promise<T>): Promise<T | null> {
  return asking.catch((error) => {
    if (error instanceof RemoteFailure && !error.shouldRetry() && error.code !== 'remote-refused')
      return null;
    throw error;
  });
}

function notReady(place: string): RemoteFailure {
  return new RemoteFailure('remote-not-ready', `${place} is not ready: its server has not loaded it`, {
    again: 'later',
    hint: 'While the server starts that is as it should be. Else its log says why the model cannot be loaded.',
  });
}
