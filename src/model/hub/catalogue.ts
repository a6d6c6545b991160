import { WordwatchError } from '../../shared/errors.js';

/** A model that `models pull` knows. What it is made of is read from its own files once it is here. */
export interface CatalogueEntry {
  /** Name for users, and of its folder. */
  id: string;
  /** OWNER/NAME at the hub. */
  repository: string;
  /** Branch or tag that a first pull follows; from then on the commit it found is pinned. */
  revision: string;
  licence: string;
  /** Where the licence has to be accepted before a pull: what it forbids. */
  restriction: string | null;
  inputSizePx: number;
  /** What it is good for, in a few words. */
  purpose: string;
}

/** By preference: `auto` takes the first that is here. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'siglip2-base-patch16-224',
    repository: 'onnx-community/siglip2-base-patch16-224-ONNX',
    revision: 'main',
    licence: 'Apache-2.0',
    restriction: null,
    inputSizePx: 224,
    purpose: 'best words, also in other languages; four times the work of clip-vit-base-patch32',
  },
  {
    id: 'siglip-base-patch16-224',
    repository: 'Xenova/siglip-base-patch16-224',
    revision: 'main',
    licence: 'Apache-2.0',
    restriction: null,
    inputSizePx: 224,
    purpose: 'better words than CLIP’s; four times the work of clip-vit-base-patch32',
  },
  {
    id: 'clip-vit-base-patch16',
    repository: 'Xenova/clip-vit-base-patch16',
    revision: 'main',
    licence: 'MIT',
    restriction: null,
    inputSizePx: 224,
    purpose: 'sees smaller things; four times the work of clip-vit-base-patch32',
  },
  {
    id: 'clip-vit-base-patch32',
    repository: 'Xenova/clip-vit-base-patch32',
    revision: 'main',
    licence: 'MIT',
    restriction: null,
    inputSizePx: 224,
    purpose: 'the one to begin with: fast on any processor',
  },
  {
    id: 'mobileclip-s2',
    repository: 'Xenova/mobileclip_s2',
    revision: 'main',
    licence: 'Apple research licence',
    restriction: 'Its licence allows research only: https://huggingface.co/apple/MobileCLIP-S2',
    inputSizePx: 256,
    purpose: 'small and good, for research only',
  },
  {
    id: 'mobileclip-s0',
    repository: 'Xenova/mobileclip_s0',
    revision: 'main',
    licence: 'Apple research licence',
    restriction: 'Its licence allows research only: https://huggingface.co/apple/MobileCLIP-S0',
    inputSizePx: 256,
    purpose: 'smallest, for research only',
  },
];

/** @throws WordwatchError `unknown-model` */
export function catalogueEntry(id: string): CatalogueEntry {
  const entry = CATALOGUE.find((known) => known.id === id);
  if (entry) return entry;
  throw new WordwatchError('unknown-model', `no model is called "${id}"`, {
    userInput: true,
    hint: `There are ${CATALOGUE.map((known) => known.id).join(', ')}. "wordwatch models list" says more.`,
  });
}
