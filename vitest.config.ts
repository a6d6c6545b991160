import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'samples/**/*.test.ts'],
    // Tests start brokers, cameras and browsers, and machines are shared: limits are for hangs, not for speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most of them wait for processes of theirs: leaving a processor free, as is the default, would only take longer.
    maxWorkers: '100%',
  },
});
