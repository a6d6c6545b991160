import sharp from 'sharp';
import { drawPlace, type Place, type PlaceState } from './backgrounds.js';
import type { Concept, Light, Rect, SceneKind, Weather } from './concepts.js';
import { Random } from './random.js';
import { GRADIENTS, THINGS, type Thing, type ThingName } from './things.js';

/** Where a thing is at a moment: its foot in fractions of the picture. */
export interface Pose {
  x: number;
  y: number;
  /** In heights of a person standing there, or as a part of the picture's width. */
  size: { persons: number } | { width: number };
  /** Leaning over to the right, degrees; for somebody who falls. */
  tiltDeg?: number;
}

/** A thing in a scene. */
export interface Placement {
  thing: ThingName;
  /** Draws its looks: the same seed, the same dog. */
  seed: number;
  /** null while it is not there. */
  pose: (t: number) => Pose | null;
}

/** A place, its light and weather, and what happens in it. */
export interface Scene {
  seed: number;
  kind: SceneKind;
  light: Light;
  weather: Weather;
  widthPx: number;
  heightPx: number;
  state: (t: number) => PlaceState;
  placements: (place: Place) => Placement[];
}

/** One thing that can be seen, and where. */
export interface Shown {
  concepts: readonly Concept[];
  rect: Rect;
  /** Mostly behind something nearer: neither there nor not there. */
  hidden: boolean;
}

/** Concepts that only colour tells; an infrared camera cannot show them. */
export const COLOUR_CONCEPTS: readonly Concept[] = ['sunset', 'orange-lamp', 'red-shirt'];

const n = (value: number) => value.toFixed(2);

/** A scene at a moment as SVG, with what it shows. */
export function drawScene(scene: Scene, t: number): { svg: string; shown: Shown[] } {
  const { widthPx: w, heightPx: h, light, weather } = scene;
  const r = new Random(scene.seed);
  const place = drawPlace(scene.kind, { r: r.fork(), w, h, light, state: scene.state(t) });
  const mood = r.fork();
  const things = scene.placements(place).flatMap((placement) => poseThing(placement, place, { w, h, t }));
  things.sort((a, b) => a.footY - b.footY);
  const dark = darkness(scene, place, mood, t);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><defs>${GRADIENTS}<linearGradient id="litRoom" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffe9b0"/><stop offset="1" stop-color="#e3b766"/></linearGradient></defs>${place.svg}${place.fixtures.map(({ svg }) => svg).join('')}${things
    .filter(({ thing }) => !thing.shines)
    .map(({ svg }) => svg)
    .join('')}${dark}${place.fixtures.map(({ glow }) => glow).join('')}${things
    .filter(({ thing }) => thing.shines)
    .map(({ svg }) => svg)
    .join('')}${drawWeather(weather, { r: mood, w, h, t })}</svg>`;
  return { svg, shown: whatIsShown(place, things) };
}

interface PosedThing {
  thing: Thing;
  rect: Rect;
  footY: number;
  svg: string;
}

function poseThing(
  { thing: name, seed, pose }: Placement,
  place: Place,
  { w, h, t }: { w: number; h: number; t: number },
): PosedThing[] {
  const at = pose(t);
  if (at === null) return [];
  const thing = THINGS[name](new Random(seed));
  const size =
    'persons' in at.size
      ? at.size.persons * personHeightAt(place, at.y * h)
      : (at.size.width * w) / thing.aspect;
  const [x, footY] = [at.x * w, at.y * h];
  return [
    {
      thing,
      footY,
      rect: { x: x - (size * thing.aspect) / 2, y: footY - size, w: size * thing.aspect, h: size },
      svg: `<g transform="translate(${n(x)},${n(footY)}) rotate(${at.tiltDeg ?? 0}) scale(${n(size)})">${thing.draw(t)}</g>`,
    },
  ];
}

/** Perspective: people nearer to the camera stand lower in the picture and are taller. */
export function personHeightAt(place: Place, footY: number): number {
  const { top, bottom } = place.ground;
  const near = Math.min(1, Math.max(0, (footY - top) / (bottom - top)));
  return place.personHeight.far + near * (place.personHeight.near - place.personHeight.far);
}

function whatIsShown(place: Place, things: readonly PosedThing[]): Shown[] {
  const solid = things.filter(
    ({ thing }) => !thing.concepts.some((concept) => ['smoke', 'steam', 'water-floor'].includes(concept)),
  );
  const coveredBy = (rect: Rect, others: readonly PosedThing[]) =>
    others.some((other) => overlap(rect, other.rect) > 0.5 * rect.w * rect.h);
  const fixtures = place.fixtures.map(({ concepts, rect }) => ({
    concepts,
    rect,
    hidden: coveredBy(rect, solid),
  }));
  const placed = things.map(({ thing, rect }, i) => ({
    concepts: thing.concepts,
    rect,
    hidden: coveredBy(
      rect,
      solid.filter((other) => things.indexOf(other) > i),
    ),
  }));
  const sunset = place.sunset ? [{ concepts: ['sunset' as const], rect: place.sunset, hidden: false }] : [];
  return [...fixtures, ...placed, ...sunset];
}

/** Area that two rectangles share. */
export function overlap(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

function darkness(scene: Scene, place: Place, r: Random, t: number): string {
  const { widthPx: w, heightPx: h, light } = scene;
  const deep = r.between(0.5, 0.72);
  const ambient = place.indoors && scene.state(t).lightOn ? 0.25 : 1;
  if (light === 'night')
    return `<rect width="${w}" height="${h}" fill="#060a18" opacity="${n(deep * ambient)}"/>`;
  if (light === 'infrared')
    return `<radialGradient id="irSpot" cx=".5" cy=".6" r=".75"><stop offset="0" stop-color="#000" stop-opacity=".05"/><stop offset="1" stop-color="#000" stop-opacity="${n(deep + 0.15)}"/></radialGradient><rect width="${w}" height="${h}" fill="url(#irSpot)"/>`;
  const haze = r.between(0, 0.18);
  return `<rect width="${w}" height="${h}" fill="${r.chance(0.5) ? '#000' : '#fff'}" opacity="${n(haze)}"/>`;
}

function drawWeather(
  weather: Weather,
  { r, w, h, t }: { r: Random; w: number; h: number; t: number },
): string {
  if (weather === 'fog')
    return `<rect width="${w}" height="${h}" fill="#cfd4d8" opacity="${n(r.between(0.25, 0.5))}"/>`;
  if (weather === 'clear') return '';
  const slant = r.between(-0.25, 0.25);
  const fall = weather === 'rain' ? 1.7 : 0.22;
  const drops = Array.from({ length: weather === 'rain' ? 120 : 150 }, () => {
    const speed = r.between(0.7, 1.3);
    const y = (r.next() + t * fall * speed) % 1;
    const x = (r.next() + slant * y + 2) % 1;
    const size = r.between(0.5, 1.4);
    return weather === 'rain'
      ? `<path d="M${n(x * w)} ${n(y * h)} l${n(slant * 0.05 * w * size)} ${n(0.05 * h * size)}" stroke="#dfe8f0" stroke-opacity=".4" stroke-width="${n(0.0017 * w)}"/>`
      : `<circle cx="${n(x * w)}" cy="${n(y * h)}" r="${n(0.0028 * w * size)}" fill="#fff" opacity=".8"/>`;
  });
  const veil = `<rect width="${w}" height="${h}" fill="#aab4bc" opacity="${weather === 'rain' ? 0.12 : 0.16}"/>`;
  return veil + drops.join('');
}

/** A picture: RGB, 8 bits, rows top down. */
export interface Picture {
  data: Buffer;
  widthPx: number;
  heightPx: number;
}

/** Last drawing and its pixels: for minutes nothing moves in a quiet scene. */
let last: { svg: string; data: Buffer } = { svg: '', data: Buffer.alloc(0) };

/** A scene at a moment as pixels, before the camera's own faults. */
export async function renderScene(scene: Scene, t: number): Promise<Picture & { shown: Shown[] }> {
  const { svg, shown } = drawScene(scene, t);
  if (last.svg !== svg) last = { svg, data: await drawPixels(svg, scene) };
  return { data: last.data, widthPx: scene.widthPx, heightPx: scene.heightPx, shown };
}

async function drawPixels(svg: string, scene: Scene): Promise<Buffer> {
  let image = sharp(Buffer.from(svg)).flatten().removeAlpha();
  if (scene.light === 'infrared') image = image.greyscale().toColourspace('srgb');
  const { data } = await image.raw().toBuffer({ resolveWithObject: true });
  const grey = scene.light === 'infrared' && data.length === scene.widthPx * scene.heightPx;
  return grey ? tripled(data) : data;
}

function tripled(grey: Buffer): Buffer {
  const out = Buffer.alloc(grey.length * 3);
  for (let i = 0; i < grey.length; i++) out.fill(grey[i]!, 3 * i, 3 * i + 3);
  return out;
}
