import { statfs } from 'node:fs/promises';

/** A disk is nearly full when less than this part of it is free, or less than so much. */
const LEAST_FREE_PART = 0.02;
const LEAST_FREE_BYTES = 500e6;

/** The disk that a folder lies on. */
export interface DiskSpace {
  /** What this program may still write. */
  freeBytes: number;
  totalBytes: number;
}

export async function diskSpaceOf(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** How much has to be deleted before the disk is no longer nearly full; 0: it is not. */
export function missingBytes({ freeBytes, totalBytes }: DiskSpace): number {
  return Math.max(0, Math.max(LEAST_FREE_PART * totalBytes, LEAST_FREE_BYTES) - freeBytes);
}
