import { describe, expect, it } from 'vitest';
import { reportPage, table } from './page.js';
import { plot, roundTicks } from './svg.js';

const nasty = `<script>alert("1")</script> & 'x'`;

describe('reports', () => {
  it('escape every text', () => {
    const axis = { label: nasty, from: 0, to: 1, ticks: [0, 1] };
    const svg = plot({
      title: nasty,
      x: axis,
      y: axis,
      marks: [{ kind: 'points', points: [[0.5, 0.5]], colour: nasty }],
    });
    const page = reportPage({
      title: nasty,
      lead: nasty,
      sections: [{ title: nasty, text: nasty, body: svg + table([nasty], [[nasty]]) }],
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain(`"1"`);
  });

  it('load nothing', () => {
    const page = reportPage({ title: 'a', lead: 'b', sections: [] });
    expect(page).not.toMatch(/src=|href=|url\(|@import/);
  });
});

describe('plot', () => {
  it('puts points where they belong, also on logarithmic axes, and keeps them inside', () => {
    const axis = { label: '', from: 0.1, to: 10, log: true, ticks: [] };
    const points = [
      [1, 1],
      [0, 100],
    ] as const;
    const svg = plot({ title: '', x: axis, y: axis, marks: [{ kind: 'points', points, colour: 'red' }] });
    const places = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(places).toEqual([
      [252, 145],
      [58, 14],
    ]);
  });

  it('has round ticks', () => {
    expect(roundTicks(0, 60)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(roundTicks(-3.2, 8.1)).toEqual([-2, 0, 2, 4, 6, 8]);
    expect(roundTicks(0, 0.5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  });
});
