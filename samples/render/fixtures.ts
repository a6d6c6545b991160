import type { Concept, Rect } from './concepts.js';
import { hsl, type Random } from './random.js';

/** A part of a building with a state: a door, a gate, a lamp. */
export interface Fixture {
  rect: Rect;
  concepts: Concept[];
  /** Drawn with the building. */
  svg: string;
  /** Drawn above the darkness of the night. */
  glow: string;
}

const n = (value: number) => value.toFixed(1);

/**
 * A door in a wall. `open` is 0 (shut)…1 (wide open).
 * @param lit whether light falls out of an open door
 */
export function door(
  r: Random,
  { x, y, w, h }: Rect,
  { open, lit }: { open: number; lit: boolean },
): Fixture {
  const hue = r.pick([25, 30, 210, 140, 0, 355, 45]);
  const leaf = hsl(hue, r.between(10, 55), r.between(22, 62));
  const dark = hsl(hue, 30, 16);
  const frame = hsl(0, 0, r.between(75, 96));
  const left = r.chance(0.5);
  const panels = r.whole(0, 2);
  const inside = r.between(4, 12);
  const b = w * 0.09;
  const around = `<rect x="${n(x - b)}" y="${n(y - b)}" width="${n(w + 2 * b)}" height="${n(h + b)}" fill="${frame}"/>`;
  if (open < 0.15) {
    const panel = (py: number, ph: number) =>
      `<rect x="${n(x + w * 0.16)}" y="${n(y + h * py)}" width="${n(w * 0.68)}" height="${n(h * ph)}" fill="none" stroke="${dark}" stroke-opacity=".5" stroke-width="${n(w * 0.035)}"/>`;
    const look = [
      panel(0.07, 0.86),
      panel(0.07, 0.36) + panel(0.53, 0.38),
      `<rect x="${n(x + w * 0.25)}" y="${n(y + h * 0.1)}" width="${n(w * 0.5)}" height="${n(h * 0.25)}" fill="#5d7282"/>`,
    ][panels];
    return {
      rect: { x, y, w, h },
      concepts: ['door-closed'],
      glow: '',
      svg: `${around}<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${leaf}"/>${look}<circle cx="${n(left ? x + w * 0.86 : x + w * 0.14)}" cy="${n(y + h * 0.53)}" r="${n(w * 0.05)}" fill="#d8c078"/>`,
    };
  }
  // The leaf turns on its hinge: seen from the front it gets narrower, its free edge comes nearer and so taller.
  const width = w * (1 - open * 0.62);
  const hinge = left ? x : x + w;
  const free = left ? x - (open > 0.5 ? width * 0.75 : -width) : x + w + (open > 0.5 ? width * 0.75 : -width);
  const taller = h * 0.08 * open;
  const room = lit ? 'url(#litRoom)' : hsl(220, 12, inside);
  const opening = `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${room}"/><path d="M${n(x)} ${n(y + h)} L${n(x + w * 0.2)} ${n(y + h * 0.86)} H${n(x + w * 0.8)} L${n(x + w)} ${n(y + h)}Z" fill="${lit ? '#d9b673' : '#23252a'}"/>`;
  const turned = `<path d="M${n(hinge)} ${n(y)} L${n(free)} ${n(y - taller)} V${n(y + h + taller)} L${n(hinge)} ${n(y + h)}Z" fill="${leaf}"/><path d="M${n(hinge)} ${n(y)} L${n(free)} ${n(y - taller)} V${n(y + h + taller)} L${n(hinge)} ${n(y + h)}Z" fill="#000" opacity=".18"/>`;
  return {
    rect: { x: Math.min(x, free), y, w: Math.max(w, Math.abs(free - (left ? x + w : x))), h },
    concepts: ['door-open'],
    svg: around + (lit ? '' : opening) + (lit ? '' : turned),
    glow: lit ? opening + turned : '',
  };
}

/** A gate between two posts in a fence. */
export function gate(r: Random, { x, y, w, h }: Rect, { open }: { open: number }): Fixture {
  const wood = r.chance(0.5);
  const colour = wood
    ? hsl(r.between(22, 38), r.between(25, 50), r.between(28, 58))
    : hsl(210, 6, r.between(12, 45));
  const post = (px: number) =>
    `<rect x="${n(px - w * 0.05)}" y="${n(y - h * 0.18)}" width="${n(w * 0.1)}" height="${n(h * 1.18)}" fill="${hsl(25, 12, 38)}"/>`;
  const bars = (from: number, to: number, count: number, skew: number) => {
    const out: string[] = [];
    for (let i = 0; i < count; i++) {
      const px = from + ((to - from) * (i + 0.5)) / count;
      const drop = skew * ((i + 0.5) / count);
      const width = (Math.abs(to - from) / count) * (wood ? 0.72 : 0.34);
      out.push(
        `<rect x="${n(px - width / 2)}" y="${n(y - drop)}" width="${n(width)}" height="${n(h + 2 * drop)}" fill="${colour}"/>`,
      );
    }
    for (const at of [0.2, 0.78])
      out.push(
        `<path d="M${n(from)} ${n(y + h * at)} L${n(to)} ${n(y + h * at + (at - 0.5) * 2 * skew)}" stroke="${colour}" stroke-width="${n(h * 0.09)}"/>`,
      );
    return out.join('');
  };
  const rect = { x, y: y - h * 0.18, w, h: h * 1.18 };
  if (open < 0.2)
    return { rect, concepts: ['gate-closed'], glow: '', svg: bars(x, x + w, 10, 0) + post(x) + post(x + w) };
  const leafWidth = (w / 2) * (1 - 0.72 * open);
  const way = `<path d="M${n(x)} ${n(y + h)} H${n(x + w)} L${n(x + w * 0.84)} ${n(y + h * 0.25)} H${n(x + w * 0.16)}Z" fill="#8a857b" opacity=".85"/>`;
  return {
    rect,
    concepts: ['gate-open'],
    glow: '',
    svg:
      way +
      bars(x, x + leafWidth, 5, h * 0.13 * open) +
      bars(x + w, x + w - leafWidth, 5, h * 0.13 * open) +
      post(x) +
      post(x + w),
  };
}

/** A lamp on a ceiling or a wall, hanging from (cx, y). */
export function lamp(r: Random, { x, y, w, h }: Rect, { on }: { on: boolean }): Fixture {
  const cx = x + w / 2;
  const tube = r.chance(0.35);
  const dull = hsl(50, 4, r.between(42, 66));
  const shade = hsl(r.between(0, 360), r.between(0, 20), r.between(20, 45));
  const bulb = (fill: string) =>
    tube
      ? `<rect x="${n(x)}" y="${n(y + h * 0.55)}" width="${n(w)}" height="${n(h * 0.24)}" rx="${n(h * 0.1)}" fill="${fill}"/>`
      : `<path d="M${n(cx)} ${n(y)} V${n(y + h * 0.4)}" stroke="#333" stroke-width="${n(w * 0.04)}"/><path d="M${n(x + w * 0.3)} ${n(y + h * 0.35)} H${n(x + w * 0.7)} L${n(x + w)} ${n(y + h * 0.75)} H${n(x)}Z" fill="${shade}"/><ellipse cx="${n(cx)}" cy="${n(y + h * 0.8)}" rx="${n(w * 0.3)}" ry="${n(h * 0.2)}" fill="${fill}"/>`;
  const rect = { x, y, w, h };
  if (!on) return { rect, concepts: ['light-off'], svg: bulb(dull), glow: '' };
  return {
    rect,
    concepts: ['light-on'],
    svg: '',
    glow: `<ellipse cx="${n(cx)}" cy="${n(y + h * 0.7)}" rx="${n(w * 1.5)}" ry="${n(h * 1.7)}" fill="url(#warmGlow)"/>${bulb('#fffbe6')}`,
  };
}
