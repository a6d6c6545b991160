import { words } from '../../words.js';

/** As the API takes it. */
const MAX_BYTES = 10 * 2 ** 20;
const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
export const ACCEPTED = TYPES.join(',');

/** A picture to look for. */
export interface SoughtPicture {
  name: string;
  /** To show it. */
  url: string;
  base64: string;
}

/** Reads a picture that somebody chose. @returns what is wrong with it, for people, if it cannot be sent */
export async function readPicture(file: File): Promise<SoughtPicture | string> {
  const name = file.name === '' ? words.search.pastedPicture : file.name;
  if (!TYPES.includes(file.type)) return words.search.notAPicture(name);
  if (file.size > MAX_BYTES) return words.search.tooLarge(name);
  const url = await dataUrlOf(file);
  return { name, url, base64: url.slice(url.indexOf(',') + 1) };
}

/** The first file of what was dropped or pasted; null: there is none. */
export function fileIn(data: DataTransfer | null): File | null {
  return data?.files[0] ?? null;
}

function dataUrlOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
