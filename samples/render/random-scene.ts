import type { Place } from './backgrounds.js';
import type { Light, SceneKind, Weather } from './concepts.js';
import { LIGHTS, SCENES, WEATHERS } from './concepts.js';
import { Random } from './random.js';
import type { Placement, Pose, Scene } from './scene.js';
import type { ThingName } from './things.js';

/** Heights of things in heights of a person standing beside them. */
const HEIGHTS: Record<ThingName, readonly [number, number]> = {
  fire: [0.12, 1.3],
  smoke: [0.6, 2],
  steam: [0.3, 0.8],
  walker: [0.9, 1.08],
  lying: [0.28, 0.36],
  crowd: [0.95, 1.05],
  dog: [0.36, 0.52],
  cat: [0.2, 0.28],
  car: [0.82, 0.95],
  truck: [1.6, 2.1],
  bicycle: [0.55, 0.66],
  parcel: [0.17, 0.32],
  ladder: [1.2, 1.9],
  orangeLamp: [0.25, 0.7],
  headlights: [0.8, 0.95],
  puddle: [0.1, 0.26],
};

/** What may be found where. */
const INHABITANTS: Record<SceneKind, readonly ThingName[]> = {
  street: [
    'walker',
    'crowd',
    'dog',
    'cat',
    'car',
    'car',
    'truck',
    'bicycle',
    'parcel',
    'fire',
    'smoke',
    'steam',
    'ladder',
    'orangeLamp',
    'headlights',
    'headlights',
    'lying',
  ],
  yard: [
    'walker',
    'lying',
    'dog',
    'cat',
    'bicycle',
    'fire',
    'smoke',
    'steam',
    'ladder',
    'ladder',
    'orangeLamp',
    'crowd',
  ],
  doorway: [
    'walker',
    'dog',
    'cat',
    'parcel',
    'parcel',
    'bicycle',
    'fire',
    'smoke',
    'ladder',
    'ladder',
    'orangeLamp',
    'lying',
  ],
  'living-room': [
    'walker',
    'lying',
    'dog',
    'cat',
    'fire',
    'smoke',
    'puddle',
    'puddle',
    'orangeLamp',
    'crowd',
    'steam',
  ],
  kitchen: ['walker', 'lying', 'dog', 'cat', 'fire', 'smoke', 'steam', 'steam', 'puddle', 'orangeLamp'],
  warehouse: [
    'walker',
    'lying',
    'crowd',
    'fire',
    'smoke',
    'puddle',
    'orangeLamp',
    'truck',
    'bicycle',
    'steam',
  ],
  'car-park': [
    'car',
    'car',
    'car',
    'truck',
    'truck',
    'walker',
    'lying',
    'crowd',
    'bicycle',
    'fire',
    'smoke',
    'headlights',
    'headlights',
    'puddle',
    'dog',
    'cat',
    'steam',
    'orangeLamp',
  ],
};

/** What a caller may fix instead of leaving it to chance. */
export interface RandomSceneOptions {
  seed: number;
  /** By default mostly 960×540, now and then portrait or 4:3. */
  size?: { widthPx: number; heightPx: number };
  /** Exactly this thing and no other, narrower than so much of the picture's width; null: nothing at all. */
  only?: { thing: ThingName; maxWidth: number } | null;
}

/** A scene drawn by lot: place, light, weather, states, and none to five things. */
export function randomScene({ seed, size, only }: RandomSceneOptions): Scene {
  const r = new Random(seed);
  const kind = r.pick(SCENES.filter((candidate) => !only || INHABITANTS[candidate].includes(only.thing)));
  const outdoors = !['living-room', 'kitchen', 'warehouse'].includes(kind);
  const light: Light = weighted(r, LIGHTS, [0.5, 0.3, 0.2]);
  const weather: Weather = outdoors ? weighted(r, WEATHERS, [0.58, 0.14, 0.14, 0.14]) : 'clear';
  const sunset = r.chance(0.3) && light === 'day' && weather === 'clear' && only === undefined;
  const [widthPx, heightPx] = weighted(r, SHAPES, [0.74, 0.13, 0.13]);
  const state = {
    doorOpen: r.chance(0.5) ? r.between(0.45, 1) : 0,
    gateOpen: r.chance(0.5) ? r.between(0.5, 1) : 0,
    lightOn: r.chance(light === 'day' ? 0.4 : 0.6),
    sunset,
  };
  const placingSeed = r.drawSeed();
  const placements = (place: Place): Placement[] => {
    // Places are drawn anew for every frame; the things in them must stay the same.
    const r = new Random(placingSeed);
    if (only === undefined) return someThings(r, { kind, light, place });
    return only === null
      ? []
      : [placeThing(r, only.thing, place, { width: r.between(0.55, 0.97) * only.maxWidth })];
  };
  return { seed, kind, light, weather, ...(size ?? { widthPx, heightPx }), state: () => state, placements };
}

const SHAPES = [
  [960, 540],
  [540, 960],
  [720, 540],
] as const;

function someThings(
  r: Random,
  { kind, light, place }: { kind: SceneKind; light: Light; place: Place },
): Placement[] {
  const count = weighted(r, [0, 1, 2, 3, 5], [0.14, 0.3, 0.28, 0.18, 0.1]);
  return Array.from({ length: count }, () => {
    let thing = r.pick(INHABITANTS[kind]);
    if (thing === 'headlights' && light === 'day') thing = 'car';
    if (thing === 'orangeLamp' && light === 'infrared') thing = 'fire';
    if (thing === 'parcel' && !place.doorstep) thing = 'car';
    if (thing === 'ladder' && place.wallFootY === null) thing = 'bicycle';
    return placeThing(r, thing, place, { persons: r.between(...HEIGHTS[thing]) });
  });
}

function placeThing(r: Random, thing: ThingName, place: Place, size: Pose['size']): Placement {
  const { ground, doorstep, wallFootY, widthPx, heightPx } = place;
  const seed = r.drawSeed();
  const anywhere = {
    x: r.between(0.04, 0.96),
    y: (ground.top + r.next() ** 1.4 * (ground.bottom - ground.top)) / heightPx,
  };
  const [dx, dy] = [r.between(-0.04, 0.04), r.between(0, 0.03)];
  const raised = r.chance(0.6) ? r.between(0.25, 0.7) : anywhere.y;
  const pose = (): Pose => {
    if (thing === 'parcel' && doorstep)
      return { x: doorstep.x / widthPx + dx, y: doorstep.y / heightPx + dy, size };
    if (thing === 'ladder' && wallFootY !== null)
      return { x: anywhere.x, y: wallFootY / heightPx + dy, size };
    if (thing === 'orangeLamp') return { x: anywhere.x, y: raised, size };
    return { ...anywhere, size };
  };
  return { thing, seed, pose };
}

function weighted<T>(r: Random, values: readonly T[], weights: readonly number[]): T {
  let left = r.next() * weights.reduce((a, b) => a + b);
  const chosen = values.find((_, i) => {
    left -= weights[i]!;
    return left < 0;
  });
  return chosen ?? values[values.length - 1]!;
}
