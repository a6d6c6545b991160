import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/** CPUs that this process may use: a container's limit counts, which Node.js 20 does not know. At least 1. */
export function usableCpus(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cgroupCpuLimit())));
}

/**
 * CPUs that the process's control group and those around it may use, for example 1.5; Infinity where nothing limits it.
 * @param root of the file system, `/` but in tests
 */
export function cgroupCpuLimit(root = '/'): number {
  const limits = [Number.POSITIVE_INFINITY];
  const groups = readText(join(root, 'proc/self/cgroup')) ?? '';
  for (const line of groups.trim().split('\n')) {
    const [, controllers, path = '/'] = line.split(':');
    for (const group of withParents(path)) {
      if (controllers === '') limits.push(limitV2(join(root, 'sys/fs/cgroup', group)));
      else if (controllers?.split(',').includes('cpu')) {
        limits.push(limitV1(join(root, 'sys/fs/cgroup/cpu', group)));
      }
    }
  }
  return Math.min(...limits);
}

/** A group and all groups around it: in a container its own path may not exist, but the top is the container's. */
function withParents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...withParents(parent)];
}

function limitV2(folder: string): number {
  const [quota, period] = (readText(join(folder, 'cpu.max')) ?? 'max').trim().split(' ');
  return toCpus(Number(quota), Number(period));
}

function limitV1(folder: string): number {
  const quota = readText(join(folder, 'cpu.cfs_quota_us'));
  const period = readText(join(folder, 'cpu.cfs_period_us'));
  return toCpus(Number(quota ?? Number.NaN), Number(period));
}

/** No limit is written as `max` or −1. */
function toCpus(quota: number, period: number): number {
  const limit = quota / period;
  return limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // not Linux, or another kind of control groups
  }
}
