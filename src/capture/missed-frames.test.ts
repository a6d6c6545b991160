import { describe, expect, it } from 'vitest';
import { MissedFrames, WINDOW_MS } from './missed-frames.js';

describe('missed frames', () => {
  it('are told once a window, as the part of all frames since the last time', () => {
    const missed = new MissedFrames(0);
    expect(missed.after(3, 1000)).toBeNull();
    expect(missed.after(6, WINDOW_MS)).toBe(0.8); // 6 of 8
    expect(missed.after(6, WINDOW_MS + 1000)).toBeNull();
    expect(missed.after(6, 2 * WINDOW_MS)).toBe(0);
  });

  it('are not worth a word when they are few', () => {
    const missed = new MissedFrames(0);
    for (let i = 0; i < 29; i++) missed.after(1, i);
    expect(missed.after(1, WINDOW_MS)).toBe(0);
  });
});
