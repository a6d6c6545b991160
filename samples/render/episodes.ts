import type { PlaceState } from './backgrounds.js';
import type { Light, SceneKind, Weather } from './concepts.js';
import type { Placement, Pose, Scene } from './scene.js';
import type { ThingName } from './things.js';

/** A sample video. Its seed is beyond all that training has used. */
export interface Episode {
  /** File name without its ending. */
  name: string;
  widthPx: number;
  heightPx: number;
  durationS: number;
  /** Frames a second. */
  fps: number;
  scene: Scene;
}

interface EpisodeOptions {
  name: string;
  seed: number;
  size: readonly [widthPx: number, heightPx: number];
  durationS: number;
  fps?: number;
  kind: SceneKind;
  light?: Light;
  weather?: Weather;
  state?: (t: number) => Partial<PlaceState>;
  things?: readonly Actor[];
}

interface Actor {
  thing: ThingName;
  seed: number;
  pose: (t: number) => Pose | null;
}

function episode({
  name,
  seed,
  size,
  durationS,
  fps = 10,
  kind,
  light = 'day',
  weather = 'clear',
  state,
  things = [],
}: EpisodeOptions): Episode {
  const [widthPx, heightPx] = size;
  const still: PlaceState = { doorOpen: 0, gateOpen: 0, lightOn: false, sunset: false };
  const placements = (): Placement[] => [...things];
  const scene: Scene = {
    seed,
    kind,
    light,
    weather,
    widthPx,
    heightPx,
    state: (t) => ({ ...still, ...state?.(t) }),
    placements,
  };
  return { name, widthPx, heightPx, durationS, fps, scene };
}

/** 0 before `from`, 1 after `to`, evenly between. */
function ramp(t: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (t - from) / (to - from)));
}

/** Moves evenly from one place to another in the given time; there from the first moment to the last. */
function path(
  t: number,
  {
    from,
    to,
    start,
    end,
    persons,
  }: {
    from: readonly [number, number];
    to: readonly [number, number];
    start: number;
    end: number;
    persons: number;
  },
): Pose | null {
  if (t < start || t >= end) return null;
  const part = ramp(t, start, end);
  return { x: from[0] + part * (to[0] - from[0]), y: from[1] + part * (to[1] - from[1]), size: { persons } };
}

/** Tips over in one place, faster and faster. */
function fall(
  t: number,
  { x, y, start, end, persons }: { x: number; y: number; start: number; end: number; persons: number },
): Pose | null {
  return t < start || t >= end ? null : { x, y, size: { persons }, tiltDeg: 85 * ramp(t, start, end) ** 2 };
}

/** Stays in one place while `there`. */
function at(x: number, y: number, persons: number, there: boolean): Pose | null {
  return there ? { x, y, size: { persons } } : null;
}

const FULL_HD = [1920, 1080] as const;
const HD = [1280, 720] as const;

/** Comes in from the left, stands for 30 s, and goes. */
function visit(
  thing: ThingName,
  { seed, at: [x, y], from: start }: { seed: number; at: readonly [number, number]; from: number },
): Actor {
  const outside = [-0.12, 0.84] as const;
  const walk = { persons: 0.5 };
  const pose = (t: number) =>
    path(t, { ...walk, from: outside, to: [x, y], start, end: start + 5 }) ??
    at(x, y, 0.5, t >= start + 5 && t < start + 35) ??
    path(t, { ...walk, from: [x, y], to: outside, start: start + 35, end: start + 40 });
  return { thing, seed, pose };
}

/** What always stands there. */
const CARS: readonly Actor[] = [
  { thing: 'car', seed: 61, pose: () => at(0.16, 0.52, 0.9, true) },
  { thing: 'car', seed: 62, pose: () => at(0.78, 0.5, 0.9, true) },
  { thing: 'car', seed: 63, pose: () => at(0.9, 0.88, 0.9, true) },
];
const LAMP: Actor = { thing: 'orangeLamp', seed: 53, pose: () => at(0.86, 0.66, 0.5, true) };

/** Everything shown in samples/, in the order of its story. */
export const EPISODES: readonly Episode[] = [
  episode({
    name: 'fire-yard',
    seed: 9_000_011,
    size: FULL_HD,
    durationS: 60,
    kind: 'yard',
    things: [
      // Starts at 1.5 % of the picture's width in a corner, and grows.
      {
        thing: 'fire',
        seed: 3,
        pose: (t) =>
          t < 12 || t >= 50 ? null : { x: 0.88, y: 0.72, size: { width: 0.015 + 0.085 * ramp(t, 12, 44) } },
      },
      {
        thing: 'cat',
        seed: 8,
        pose: (t) => path(t, { from: [0.05, 0.8], to: [0.5, 0.86], start: 2, end: 26, persons: 0.25 }),
      },
    ],
  }),
  episode({
    name: 'parcel-doorstep',
    seed: 9_000_024,
    size: [720, 1280],
    durationS: 60,
    kind: 'doorway',
    things: [
      {
        thing: 'walker',
        seed: 5,
        pose: (t) =>
          path(t, { from: [-0.15, 0.84], to: [0.42, 0.84], start: 4, end: 11, persons: 1 }) ??
          path(t, { from: [0.42, 0.84], to: [1.2, 0.86], start: 11, end: 19, persons: 1 }),
      },
      { thing: 'parcel', seed: 12, pose: (t) => at(0.5, 0.8, 0.3, t >= 11 && t < 49) },
      {
        thing: 'walker',
        seed: 9,
        pose: (t) =>
          path(t, { from: [1.15, 0.85], to: [0.56, 0.85], start: 43, end: 49, persons: 0.97 }) ??
          path(t, { from: [0.56, 0.85], to: [-0.2, 0.86], start: 49, end: 56, persons: 0.97 }),
      },
    ],
  }),
  episode({
    name: 'door-left-open',
    seed: 9_000_033,
    size: HD,
    durationS: 50,
    kind: 'doorway',
    state: (t) => ({ doorOpen: ramp(t, 10, 11.5) - ramp(t, 38, 39.5) }),
    things: [
      {
        thing: 'walker',
        seed: 31,
        pose: (t) => path(t, { from: [0.5, 0.82], to: [-0.12, 0.9], start: 11.5, end: 18, persons: 0.95 }),
      },
    ],
  }),
  episode({
    name: 'fall-living-room',
    seed: 9_000_045,
    size: HD,
    durationS: 50,
    kind: 'living-room',
    light: 'night',
    state: () => ({ lightOn: true }),
    things: [
      {
        thing: 'walker',
        seed: 17,
        pose: (t) =>
          path(t, { from: [-0.08, 0.84], to: [0.45, 0.86], start: 2, end: 11, persons: 0.95 }) ??
          fall(t, { x: 0.45, y: 0.86, start: 11, end: 12, persons: 0.95 }) ??
          path(t, { from: [0.45, 0.86], to: [1.1, 0.86], start: 40, end: 48, persons: 0.95 }),
      },
      { thing: 'lying', seed: 17, pose: (t) => at(0.5, 0.88, 0.33, t >= 12 && t < 40) },
    ],
  }),
  episode({
    name: 'quiet-sunset',
    seed: 9_000_052,
    size: FULL_HD,
    durationS: 40,
    kind: 'street',
    state: () => ({ sunset: true }),
    things: [
      {
        thing: 'walker',
        seed: 41,
        pose: (t) => path(t, { from: [-0.05, 0.62], to: [1.05, 0.64], start: 5, end: 34, persons: 1 }),
      },
      {
        thing: 'car',
        seed: 43,
        pose: (t) => path(t, { from: [1.2, 0.84], to: [-0.25, 0.84], start: 12, end: 20, persons: 0.85 }),
      },
    ],
  }),
  episode({
    name: 'quiet-headlights',
    seed: 9_000_068,
    size: FULL_HD,
    durationS: 45,
    kind: 'street',
    light: 'night',
    weather: 'rain',
    state: () => ({ lightOn: true }),
    things: [
      {
        thing: 'headlights',
        seed: 51,
        pose: (t) => path(t, { from: [0.42, 0.6], to: [0.2, 0.95], start: 4, end: 12, persons: 0.85 }),
      },
      {
        thing: 'headlights',
        seed: 52,
        pose: (t) => path(t, { from: [0.6, 0.6], to: [0.75, 0.95], start: 20, end: 30, persons: 0.85 }),
      },
      LAMP,
    ],
  }),
  episode({
    name: 'carpark-truck',
    seed: 9_000_071,
    size: FULL_HD,
    durationS: 60,
    kind: 'car-park',
    things: [
      ...CARS,
      {
        thing: 'truck',
        seed: 64,
        pose: (t) =>
          path(t, { from: [-0.3, 0.72], to: [0.45, 0.72], start: 10, end: 16, persons: 1.7 }) ??
          at(0.45, 0.72, 1.7, t >= 16 && t < 42) ??
          path(t, { from: [0.45, 0.72], to: [1.35, 0.74], start: 42, end: 49, persons: 1.7 }),
      },
    ],
  }),
  episode({
    name: 'gate-dog',
    seed: 9_000_083,
    size: HD,
    durationS: 55,
    kind: 'yard',
    weather: 'snow',
    state: (t) => ({ gateOpen: ramp(t, 9, 10.5) - ramp(t, 44, 45.5) }),
    things: [
      {
        thing: 'dog',
        seed: 71,
        pose: (t) =>
          path(t, { from: [0.5, 0.6], to: [0.3, 0.8], start: 13, end: 18, persons: 0.5 }) ??
          at(0.3, 0.8, 0.5, t >= 18 && t < 34) ??
          path(t, { from: [0.3, 0.8], to: [-0.12, 0.85], start: 34, end: 38, persons: 0.5 }),
      },
    ],
  }),
];

/** What passes through a quiet picture, again and again, each time another one. */
interface Passer {
  thing: ThingName;
  /** Where it goes, in fractions of the picture. */
  from: readonly [number, number];
  to: readonly [number, number];
  persons: number;
  /** Seconds from the start until it first comes, from then on between two, and for one passage. */
  first: number;
  every: number;
  takes: number;
}

const QUIET_S = 600;

/** Ten minutes of an episode's camera on a day when nothing happens but passers-by, one frame a second. */
function quiet(name: string, passers: readonly Passer[], standing: readonly Actor[] = []): Episode {
  const { scene, widthPx, heightPx } = EPISODES.find((told) => told.name === name)!;
  const { seed, kind, light, weather } = scene;
  const passages = passers.flatMap(({ thing, from, to, persons, first, every, takes }, place) =>
    Array.from({ length: Math.ceil((QUIET_S - first) / every) }, (_, round): Actor => {
      const start = first + round * every;
      // There and back again.
      const ends = round % 2 === 0 ? { from, to } : { from: to, to: from };
      const pose = (t: number) => path(t, { ...ends, start, end: start + takes, persons });
      return { thing, seed: 1000 + 100 * place + round, pose };
    }),
  );
  const { lightOn, sunset } = scene.state(0);
  return episode({
    ...{ name, seed, size: [widthPx, heightPx], durationS: QUIET_S, fps: 1, kind, light, weather },
    state: () => ({ lightOn, sunset }),
    things: [...standing, ...passages],
  });
}

/** The same cameras in quiet hours: what thresholds are calibrated with. */
export const QUIET_EPISODES: readonly Episode[] = [
  quiet('fire-yard', [
    { thing: 'cat', from: [0.05, 0.8], to: [0.6, 0.86], persons: 0.25, first: 20, every: 140, takes: 30 },
    { thing: 'walker', from: [-0.1, 0.85], to: [1.1, 0.85], persons: 1, first: 80, every: 190, takes: 25 },
  ]),
  quiet('parcel-doorstep', [
    { thing: 'walker', from: [-0.2, 0.84], to: [1.2, 0.85], persons: 1, first: 25, every: 95, takes: 14 },
    { thing: 'cat', from: [-0.1, 0.88], to: [1.1, 0.88], persons: 0.25, first: 60, every: 210, takes: 20 },
  ]),
  quiet('door-left-open', [
    {
      thing: 'walker',
      from: [-0.15, 0.88],
      to: [1.15, 0.86],
      persons: 0.95,
      first: 30,
      every: 110,
      takes: 15,
    },
  ]),
  quiet('fall-living-room', [
    { thing: 'walker', from: [-0.1, 0.84], to: [1.1, 0.86], persons: 0.95, first: 15, every: 75, takes: 18 },
    { thing: 'cat', from: [1.1, 0.9], to: [-0.1, 0.88], persons: 0.25, first: 50, every: 170, takes: 20 },
  ]),
  quiet('quiet-sunset', [
    { thing: 'walker', from: [-0.05, 0.62], to: [1.05, 0.64], persons: 1, first: 10, every: 70, takes: 30 },
    { thing: 'car', from: [1.2, 0.84], to: [-0.25, 0.84], persons: 0.85, first: 40, every: 60, takes: 8 },
  ]),
  quiet(
    'quiet-headlights',
    [
      {
        thing: 'headlights',
        from: [0.42, 0.6],
        to: [0.2, 0.95],
        persons: 0.85,
        first: 8,
        every: 45,
        takes: 8,
      },
      {
        thing: 'headlights',
        from: [0.6, 0.6],
        to: [0.75, 0.95],
        persons: 0.85,
        first: 30,
        every: 52,
        takes: 10,
      },
    ],
    [LAMP],
  ),
  quiet(
    'carpark-truck',
    [
      { thing: 'car', from: [-0.3, 0.74], to: [1.3, 0.74], persons: 0.9, first: 20, every: 65, takes: 12 },
      { thing: 'walker', from: [1.1, 0.7], to: [-0.1, 0.72], persons: 1, first: 45, every: 120, takes: 25 },
    ],
    CARS,
  ),
  quiet(
    'gate-dog',
    [
      { thing: 'cat', from: [-0.1, 0.82], to: [1.1, 0.85], persons: 0.25, first: 35, every: 150, takes: 25 },
      {
        thing: 'walker',
        from: [1.15, 0.84],
        to: [-0.15, 0.86],
        persons: 1,
        first: 90,
        every: 200,
        takes: 22,
      },
    ],
    // Not quite quiet: a dog comes by twice, and stands and looks. That is what its rule is for.
    [
      visit('dog', { seed: 71, at: [0.34, 0.81], from: 115 }),
      visit('dog', { seed: 71, at: [0.27, 0.8], from: 315 }),
    ],
  ),
];
