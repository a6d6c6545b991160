import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { codeOf } from '../shared/errors.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};
const INCOMPRESSIBLE = ['.png', '.woff2', '.ico'];

/** One file of the page. */
export interface PageFile {
  type: string;
  body: Buffer;
  /** null where compressing gains nothing. */
  gzipped: Buffer | null;
  /** Its name changes with its content, so that browsers may keep it for ever. */
  isImmutable: boolean;
}

/**
 * Reads the built page into memory: a few small files. Only what is in the map can be asked for, so no path leads out of the
 * folder, whatever it looks like.
 * @returns files by URL path, `/index.html` also as `/`; empty when the page is not built
 */
export async function readPageFiles(folder: string): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const path of await listFiles(folder)) {
    const extension = extname(path);
    const type = TYPES[extension];
    if (type === undefined) continue;
    const body = await readFile(path);
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    const gzipped = INCOMPRESSIBLE.includes(extension) ? null : gzipSync(body, { level: 9 });
    files.set(url, { type, body, gzipped, isImmutable: url.startsWith('/assets/') });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
