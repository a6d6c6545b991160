import type * as ort from 'onnxruntime-node';
import { concatenate } from './image-network.js';
import type { Device } from './model-choice.js';
import { IDS, MASK, mismatch, type Network, openNetwork, runNetwork } from './network.js';
import { idleInputs, tensorOf } from './network-inputs.js';
import type { TextPreparation } from './preparation.js';
import { openTokenizer, type TextTokenizer } from './tokenizer.js';

/** What {@link TextNetwork.open} needs. */
export interface TextNetworkOptions {
  /** The model directory, for the tokenizer's files. */
  directoryPath: string;
  path: string;
  /** The same network as made for this machine (`optimise/`), where it was. */
  optimisedPath?: string | null;
  text: TextPreparation;
  /** Side of the model's pictures, for a file that holds both halves. */
  sidePx: number;
  device: Device;
  threads: number;
}

/** The half of a model that turns texts into vectors, in this thread. */
export class TextNetwork {
  readonly #network: Network;
  readonly #tokenizer: TextTokenizer;
  readonly #idle: Record<string, ort.Tensor>;
  /** Every text is padded to so many tokens; null: texts go in as long as they are. */
  #paddedLength: number | null;

  private constructor(
    network: Network,
    { tokenizer, paddedLength, sidePx }: { tokenizer: TextTokenizer; paddedLength: number; sidePx: number },
  ) {
    this.#network = network;
    this.#tokenizer = tokenizer;
    this.#paddedLength = paddedLength;
    this.#idle = idleInputs(network, { own: [IDS, MASK], sidePx });
  }

  /** @throws WordwatchError `model-corrupt` */
  static async open({
    directoryPath,
    path,
    optimisedPath,
    text,
    sidePx,
    device,
    threads,
  }: TextNetworkOptions): Promise<TextNetwork> {
    const network = await openNetwork(path, {
      optimisedPath,
      device,
      threads,
      outputNames: ['text_embeds', 'pooler_output'],
    });
    if (!network.inputs.has(IDS)) throw mismatch(path, 'input', [IDS, MASK], network.inputs.keys());
    const length = network.inputs.get(IDS)!.shape[1];
    const fixedLength = typeof length === 'number' ? length : null;
    const contextLength = fixedLength ?? text.contextLength;
    const tokenizer = await openTokenizer(directoryPath, { ...text, contextLength });
    const opened = new TextNetwork(network, { tokenizer, paddedLength: contextLength, sidePx });
    if (fixedLength === null && !text.alwaysPad && (await opened.#ignoresPadding())) {
      opened.#paddedLength = null;
    }
    return opened;
  }

  /**
   * Each text by itself: with weights whose activations are quantised over the whole batch, a text's vector would
   * otherwise depend on its company.
   * @returns texts.length × dimension values, each vector of length 1
   * @throws WordwatchError `model-failed`, `model-invalid-output`
   */
  async embed(texts: readonly string[]): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    for (const text of texts) parts.push(await this.#embedOne(text));
    return concatenate(parts);
  }

  /**
   * CLIP reads a text from the left and takes its vector at the end token, so what follows cannot matter, and ten
   * tokens are far cheaper than 77. Other text networks see their padding. No file says which kind one is: try it.
   */
  async #ignoresPadding(): Promise<boolean> {
    const text = 'a photo of something';
    const padded = await this.#embedOne(text);
    const length = this.#paddedLength;
    this.#paddedLength = null;
    const plain = await this.#embedOne(text);
    this.#paddedLength = length;
    const cosine = plain.reduce((sum, value, i) => sum + value * padded[i]!, 0);
    // Not 1 to the last digit: quantised activations round differently.
    return cosine > 0.995;
  }

  async #embedOne(text: string): Promise<Float32Array> {
    const ids = this.#tokenizer.encode(text);
    const length = this.#paddedLength ?? ids.length;
    const { inputs } = this.#network;
    const padded = Array.from({ length }, (_, i) => ids[i] ?? this.#tokenizer.padId);
    const row = (name: string, values: number[]) => tensorOf(inputs.get(name)!.type, values, [1, length]);
    const feeds: Record<string, ort.Tensor> = { ...this.#idle, [IDS]: row(IDS, padded) };
    if (inputs.has(MASK)) {
      feeds[MASK] = row(
        MASK,
        padded.map((_, i) => (i < ids.length ? 1 : 0)),
      );
    }
    return (await runNetwork(this.#network, feeds)).vectors;
  }
}
