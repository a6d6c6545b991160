import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** CPUs that this process may use: the container's limit counts, which Node.js does not know. At least 1. */
export function usableCpus(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cgroupLimit())));
}

function cgroupLimit(): number {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').trim().split(' ');
    return quota === 'max' ? Number.POSITIVE_INFINITY : Number(quota) / Number(period);
  } catch {
    return Number.POSITIVE_INFINITY; // no cgroup v2
  }
}
