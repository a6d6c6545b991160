import { type ModelChoice, openModel, readImageFile } from '../model/index.js';
import { dot } from '../rules/vectors.js';
import { WordwatchError } from '../shared/errors.js';
import { createLogger } from '../telemetry/logger.js';
import type { Output } from './output.js';

/** What {@link runEmbed} is asked to do. */
export interface EmbedOptions {
  /** Texts and picture files, in the order of the answers. */
  inputs: readonly { kind: 'text' | 'image'; input: string }[];
  choice: ModelChoice;
  /** Where pulled models live. */
  modelsFolder: string;
  output: Output;
  signal: AbortSignal;
}

/**
 * The vectors of texts and pictures: for scripts, and to compare with another implementation.
 * @returns the exit code
 */
export async function runEmbed(options: EmbedOptions): Promise<number> {
  const { inputs, choice, modelsFolder, output, signal } = options;
  if (inputs.length === 0) {
    throw new WordwatchError('nothing-to-embed', 'nothing to embed', {
      userInput: true,
      hint: 'Give --text or --image, as often as you like.',
    });
  }
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ choice, modelsFolder, workers: 1, logger, signal });
  const { directory } = opened;
  await using embedder = opened.embedder;
  const { name, dimension } = embedder.describe();
  const vectors: Float32Array[] = [];
  for (const { kind, input } of inputs) {
    const pixels = kind === 'image' ? await readImageFile(input, directory) : null;
    const [vector] = pixels
      ? await embedder.embedImages({ pixels, count: 1 })
      : await embedder.embedTexts([input]);
    vectors.push(vector!);
    if (output.json) {
      output.stdout(
        `${JSON.stringify({ kind, input, model: name, dim: dimension, vector: [...vector!] })}\n`,
      );
    } else {
      const cosines = vectors.map((other) => dot(vector!, other).toFixed(3)).join(' ');
      output.stdout(
        `${kind.padEnd(5)} ${input}\n      ${dimension} values, cosine with each so far: ${cosines}\n`,
      );
    }
  }
  return 0;
}
