import type { Concept, Light, Rect, SceneKind } from './concepts.js';
import { door, type Fixture, gate, lamp } from './fixtures.js';
import { hsl, type Random } from './random.js';

/** What can be set in a place. Values outside of what a place has are ignored. */
export interface PlaceState {
  /** 0 (shut)…1 (wide open). */
  doorOpen: number;
  gateOpen: number;
  lightOn: boolean;
  /** The sky of a low sun. */
  sunset: boolean;
}

/** Where things can stand, and how large they are there. */
export interface Place extends PlaceParts {
  widthPx: number;
  heightPx: number;
}

interface PlaceParts {
  svg: string;
  fixtures: Fixture[];
  /** Things stand between these heights of the picture; their size grows downwards from `far` to `near`. */
  ground: { top: number; bottom: number };
  /** Height of a standing person at the top and at the bottom of the ground, scene units. */
  personHeight: { far: number; near: number };
  /** Where a parcel would be left. */
  doorstep: { x: number; y: number } | null;
  /** Wall for a ladder: its foot's height in the picture. */
  wallFootY: number | null;
  indoors: boolean;
  sunset: Rect | null;
}

interface Canvas {
  r: Random;
  w: number;
  h: number;
  light: Light;
  state: PlaceState;
}

const n = (value: number) => value.toFixed(1);
const rect = (x: number, y: number, w: number, h: number, fill: string, more = '') =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}" ${more}/>`;
const many = (count: number, draw: (i: number) => string) =>
  Array.from({ length: Math.max(0, count) }, (_, i) => draw(i)).join('');

/** Draws a place: the scene without the things that come and go. */
export function drawPlace(kind: SceneKind, canvas: Canvas): Place {
  const draw = { street, yard, doorway, 'living-room': livingRoom, kitchen, warehouse, 'car-park': carPark }[
    kind
  ];
  return { widthPx: canvas.w, heightPx: canvas.h, ...draw(canvas) };
}

function sky({ r, w, h, state }: Canvas, bottom: number): { svg: string; sunset: Rect | null } {
  const top = hsl(r.between(200, 220), r.between(5, 60), r.between(50, 80));
  const low = hsl(r.between(200, 225), r.between(5, 35), r.between(75, 93));
  if (!state.sunset) {
    const clouds = many(
      r.whole(0, 4),
      () =>
        `<ellipse cx="${n(r.between(0, w))}" cy="${n(r.between(0, bottom))}" rx="${n(r.between(0.05, 0.2) * w)}" ry="${n(r.between(0.01, 0.04) * h)}" fill="#fff" opacity="${n(r.between(0.2, 0.7))}"/>`,
    );
    return {
      svg: `<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${low}"/></linearGradient>${rect(0, 0, w, bottom, 'url(#sky)')}${clouds}`,
      sunset: null,
    };
  }
  const hue = r.between(8, 30);
  const sunX = r.between(0.1, 0.9) * w;
  const radius = r.between(0.025, 0.06) * h;
  const bands = many(
    r.whole(2, 5),
    () =>
      `<ellipse cx="${n(r.between(0, w))}" cy="${n(r.between(0.2, 0.9) * bottom)}" rx="${n(r.between(0.1, 0.35) * w)}" ry="${n(r.between(0.006, 0.02) * h)}" fill="${hsl(hue - r.between(5, 30), 70, r.between(45, 70))}" opacity=".6"/>`,
  );
  return {
    svg: `<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${hsl(hue + 230, 35, r.between(30, 50))}"/><stop offset=".5" stop-color="${hsl(hue - 5, 70, 58)}"/><stop offset="1" stop-color="${hsl(hue + 14, 95, 62)}"/></linearGradient>${rect(0, 0, w, bottom, 'url(#sky)')}${bands}<circle cx="${n(sunX)}" cy="${n(bottom - radius * r.between(0.2, 1.5))}" r="${n(radius)}" fill="#ffe9a0"/>`,
    sunset: { x: 0, y: 0, w, h: bottom },
  };
}

function house({ r, light, h }: Canvas, x: number, y: number, w: number, tall: number): string {
  const wall = hsl(r.pick([15, 30, 40, 210, 0]), r.between(5, 40), r.between(40, 82));
  const roof = hsl(r.pick([5, 15, 220]), r.between(10, 45), r.between(22, 45));
  const columns = r.whole(2, 4);
  const rows = Math.max(1, Math.round(tall / (0.13 * h)));
  const windows = many(columns * rows, (i) => {
    const wx = x + ((i % columns) + 0.28) * (w / columns);
    const wy = y + (Math.floor(i / columns) + 0.25) * (tall / rows);
    const lit = light === 'night' && r.chance(0.15);
    return rect(
      wx,
      wy,
      (w / columns) * 0.44,
      (tall / rows) * 0.5,
      lit ? '#c9a253' : hsl(205, 18, r.between(25, 55)),
      'stroke="#eee" stroke-width="1.5"',
    );
  });
  const gable = r.chance(0.5)
    ? `<path d="M${n(x - 6)} ${n(y)} L${n(x + w / 2)} ${n(y - w * 0.28)} L${n(x + w + 6)} ${n(y)}Z" fill="${roof}"/>`
    : rect(x - 4, y - 8, w + 8, 10, roof);
  return rect(x, y, w, tall, wall) + gable + windows;
}

function tree({ r }: Canvas, x: number, y: number, size: number): string {
  const hue = r.between(75, 140);
  const trunk = rect(x - size * 0.04, y - size * 0.45, size * 0.08, size * 0.45, hsl(28, 30, 25));
  if (r.chance(0.3))
    return `${trunk}<path d="M${n(x)} ${n(y - size)} L${n(x + size * 0.22)} ${n(y - size * 0.15)} H${n(x - size * 0.22)}Z" fill="${hsl(hue + 20, 35, r.between(16, 32))}"/>`;
  return (
    trunk +
    many(
      6,
      () =>
        `<circle cx="${n(x + r.between(-0.2, 0.2) * size)}" cy="${n(y - r.between(0.45, 0.85) * size)}" r="${n(r.between(0.12, 0.22) * size)}" fill="${hsl(hue, r.between(25, 50), r.between(18, 42))}"/>`,
    )
  );
}

function speckle(
  { r, w }: Canvas,
  top: number,
  bottom: number,
  colours: readonly string[],
  count: number,
): string {
  return many(count, () => {
    const y = r.between(top, bottom);
    const near = (y - top) / (bottom - top);
    return `<ellipse cx="${n(r.between(0, w))}" cy="${n(y)}" rx="${n((0.01 + 0.06 * near) * w * r.between(0.3, 1.4))}" ry="${n((0.002 + 0.012 * near) * w * r.between(0.3, 1))}" fill="${r.pick(colours)}" opacity="${n(r.between(0.1, 0.4))}"/>`;
  });
}

function street(c: Canvas): PlaceParts {
  const { r, w, h, light } = c;
  const horizon = r.between(0.3, 0.45) * h;
  const curb = horizon + r.between(0.06, 0.16) * h;
  const { svg, sunset } = sky(c, horizon);
  let x = -20;
  let houses = '';
  while (x < w) {
    const hw = r.between(0.1, 0.24) * w;
    const tall = r.between(0.12, 0.3) * h;
    if (!(sunset && r.chance(0.5))) houses += house(c, x, curb - tall, hw, tall);
    x += hw + r.between(0, 0.08) * w;
  }
  const asphalt = hsl(220, r.between(0, 8), r.between(28, 52));
  const line = many(8, (i) =>
    rect(((i + 0.2) * w) / 8, h * 0.78, w / 16, h * 0.012, '#e8e6dc', 'opacity=".7"'),
  );
  const dw = r.between(0.05, 0.075) * w;
  const dh = dw * 2;
  const dx = r.between(0.1, 0.85) * w;
  const withDoor = r.chance(0.6);
  const frontWall = withDoor
    ? rect(
        dx - dw * 2,
        curb - dh * 1.5,
        dw * 5,
        dh * 1.5,
        hsl(r.pick([20, 35, 210]), r.between(5, 35), r.between(45, 78)),
      )
    : '';
  const fixtures = withDoor
    ? [
        door(
          r,
          { x: dx, y: curb - dh, w: dw, h: dh },
          { open: c.state.doorOpen, lit: light === 'night' && r.chance(0.5) },
        ),
      ]
    : [];
  if (r.chance(0.6)) {
    const lx = r.between(0.05, 0.95) * w;
    fixtures.push(lamp(r, { x: lx, y: curb - 0.26 * h, w: 0.035 * w, h: 0.06 * h }, { on: c.state.lightOn }));
    houses += rect(lx + 0.0155 * w, curb - 0.26 * h, 0.004 * w, 0.27 * h, '#3b3b3b');
  }
  const trees = many(r.whole(0, 3), () => tree(c, r.between(0, w), curb + 2, r.between(0.2, 0.42) * h));
  return {
    svg:
      svg +
      rect(0, horizon, w, h, hsl(90, 12, 45)) +
      houses +
      frontWall +
      trees +
      rect(0, curb, w, h * 0.08, hsl(30, 5, r.between(55, 72))) +
      rect(0, curb + h * 0.08, w, h, asphalt) +
      speckle(c, curb + h * 0.1, h, ['#000', '#fff'], 24) +
      line,
    fixtures,
    ground: { top: curb + h * 0.02, bottom: h * 0.97 },
    personHeight: { far: dh * 0.88, near: h * r.between(0.4, 0.62) },
    doorstep: withDoor ? { x: dx + dw / 2, y: curb + h * 0.015 } : null,
    wallFootY: curb,
    indoors: false,
    sunset,
  };
}

function yard(c: Canvas): PlaceParts {
  const { r, w, h } = c;
  const horizon = r.between(0.26, 0.4) * h;
  const { svg, sunset } = sky(c, horizon);
  const grassHue = r.between(70, 125);
  const fenceTop = horizon - r.between(0, 0.05) * h;
  const fenceH = r.between(0.12, 0.2) * h;
  const wood = hsl(r.between(22, 36), r.between(15, 40), r.between(35, 65));
  const gateW = r.between(0.12, 0.2) * w;
  const gx = r.between(0.05, 0.75) * w;
  const pickets = many(60, (i) => {
    const px = (i * w) / 60;
    return px > gx - w / 60 && px < gx + gateW ? '' : rect(px, fenceTop, (w / 60) * 0.78, fenceH, wood);
  });
  const fixtures = [
    gate(r, { x: gx, y: fenceTop + fenceH * 0.08, w: gateW, h: fenceH * 0.92 }, { open: c.state.gateOpen }),
  ];
  const trees = many(r.whole(1, 5), () =>
    tree(c, r.between(0, w), fenceTop + fenceH * 0.6, r.between(0.25, 0.5) * h),
  );
  const shedX = gx > w * 0.45 ? r.between(0, 0.15) * w : r.between(0.68, 0.78) * w;
  const shedW = r.between(0.16, 0.22) * w;
  const shedH = r.between(0.24, 0.34) * h;
  const shedFoot = fenceTop + fenceH + 0.06 * h;
  const withShed = r.chance(0.6);
  let shed = '';
  if (withShed) {
    shed =
      rect(
        shedX,
        shedFoot - shedH,
        shedW,
        shedH,
        hsl(r.pick([20, 30, 140, 5]), r.between(10, 45), r.between(30, 60)),
      ) +
      `<path d="M${n(shedX - 8)} ${n(shedFoot - shedH)} L${n(shedX + shedW / 2)} ${n(shedFoot - shedH - shedW * 0.3)} L${n(shedX + shedW + 8)} ${n(shedFoot - shedH)}Z" fill="${hsl(10, 15, 30)}"/>`;
    const dh = shedH * 0.78;
    fixtures.push(
      door(
        r,
        { x: shedX + shedW * 0.3, y: shedFoot - dh, w: dh * 0.48, h: dh },
        { open: c.state.doorOpen, lit: false },
      ),
    );
  }
  const bushes = many(
    r.whole(0, 5),
    () =>
      `<ellipse cx="${n(r.between(0, w))}" cy="${n(fenceTop + fenceH)}" rx="${n(r.between(0.03, 0.07) * w)}" ry="${n(r.between(0.03, 0.06) * h)}" fill="${hsl(grassHue + 15, 35, r.between(18, 34))}"/>`,
  );
  return {
    svg:
      svg +
      trees +
      rect(0, fenceTop + fenceH * 0.5, w, h, hsl(grassHue, r.between(20, 45), r.between(28, 50))) +
      pickets +
      bushes +
      speckle(c, fenceTop + fenceH, h, [hsl(grassHue, 40, 25), hsl(grassHue, 35, 58)], 40) +
      (r.chance(0.5)
        ? `<path d="M${n(w * 0.4)} ${n(h)} Q${n(w * 0.45)} ${n(h * 0.7)} ${n(gx + gateW / 2)} ${n(fenceTop + fenceH)} L${n(gx + gateW)} ${n(fenceTop + fenceH)} Q${n(w * 0.6)} ${n(h * 0.7)} ${n(w * 0.66)} ${n(h)}Z" fill="${hsl(35, 12, 60)}"/>`
        : '') +
      shed,
    fixtures,
    ground: { top: fenceTop + fenceH * 1.05, bottom: h * 0.97 },
    personHeight: { far: fenceH * 1.25, near: h * r.between(0.45, 0.65) },
    doorstep: null,
    wallFootY: withShed ? shedFoot : null,
    indoors: false,
    sunset,
  };
}

function doorway(c: Canvas): PlaceParts {
  const { r, w, h, light } = c;
  const hue = r.pick([10, 20, 30, 40, 210, 0]);
  const wall = hsl(hue, r.between(5, 45), r.between(38, 82));
  const floorY = r.between(0.68, 0.8) * h;
  const bricks = r.chance(0.5)
    ? many(130, () =>
        rect(
          r.between(0, w),
          Math.floor(r.between(0, floorY / 14)) * 14,
          26,
          11,
          hsl(hue, 35, r.between(35, 60)),
          'opacity=".5"',
        ),
      )
    : '';
  const dh = r.between(0.42, 0.62) * h;
  const dw = Math.min(dh * r.between(0.44, 0.54), w * 0.4);
  const dx = r.between(0.22, 0.72) * (w - dw);
  const fixtures = [
    door(
      r,
      { x: dx, y: floorY - dh, w: dw, h: dh },
      { open: c.state.doorOpen, lit: light === 'night' && r.chance(0.7) },
    ),
  ];
  const win = r.chance(0.6)
    ? rect(
        dx > w / 2 - dw / 2 ? r.between(0.03, 0.12) * w : r.between(0.7, 0.8) * w,
        floorY - dh * 0.95,
        w * 0.16,
        dh * 0.45,
        hsl(205, 20, r.between(28, 58)),
        'stroke="#f2f2f2" stroke-width="4"',
      )
    : '';
  if (r.chance(0.7))
    fixtures.push(
      lamp(
        r,
        { x: dx + dw + w * 0.03, y: floorY - dh * 0.98, w: w * 0.05, h: h * 0.08 },
        { on: c.state.lightOn },
      ),
    );
  const plants = many(r.whole(0, 3), () => {
    const px = r.between(0.02, 0.95) * w;
    return `${rect(px, floorY - h * 0.05, w * 0.05, h * 0.07, hsl(15, 45, 40))}<circle cx="${n(px + w * 0.025)}" cy="${n(floorY - h * 0.09)}" r="${n(h * 0.055)}" fill="${hsl(110, 35, r.between(20, 38))}"/>`;
  });
  const mat = rect(dx, floorY + h * 0.015, dw, h * 0.035, hsl(r.between(0, 60), 20, 28));
  return {
    svg:
      rect(0, 0, w, floorY, wall) +
      bricks +
      win +
      rect(0, floorY, w, h - floorY, hsl(30, r.between(0, 12), r.between(42, 66))) +
      speckle(c, floorY, h, ['#000', '#fff'], 16) +
      rect(dx - dw * 0.3, floorY - 2, dw * 1.6, h * 0.02, hsl(0, 0, 62)) +
      mat +
      plants,
    fixtures,
    ground: { top: floorY + h * 0.01, bottom: h * 0.98 },
    personHeight: { far: dh * 0.87, near: dh * 1.25 },
    doorstep: { x: dx + dw / 2, y: floorY + h * 0.05 },
    wallFootY: floorY,
    indoors: false,
    sunset: null,
  };
}

function room(c: Canvas, { floorY, wall, floor }: { floorY: number; wall: string; floor: string }): string {
  const { r, w, h } = c;
  const boards = r.chance(0.6)
    ? many(
        9,
        (i) =>
          `<path d="M${n(w / 2 + (i - 4) * w * 0.09)} ${n(floorY)} L${n(w / 2 + (i - 4) * w * 0.3)} ${n(h)}" stroke="#000" stroke-opacity=".16" stroke-width="2"/>`,
      )
    : many(
        6,
        (i) =>
          `<path d="M0 ${n(floorY + (h - floorY) * (i / 6) ** 1.5)} H${n(w)}" stroke="#000" stroke-opacity=".12" stroke-width="2"/>`,
      );
  return (
    rect(0, 0, w, floorY, wall) +
    rect(0, floorY, w, h - floorY, floor) +
    boards +
    rect(0, floorY - 5, w, 6, hsl(0, 0, 88))
  );
}

function indoorFixtures(c: Canvas, floorY: number, slots: { doorX: number; lampX: number }): Fixture[] {
  const { r, w, h } = c;
  const dh = r.between(0.3, 0.42) * h;
  const fixtures: Fixture[] = [];
  if (r.chance(0.7))
    fixtures.push(
      door(
        r,
        { x: slots.doorX, y: floorY - dh, w: dh * 0.46, h: dh },
        { open: c.state.doorOpen, lit: r.chance(0.4) },
      ),
    );
  if (r.chance(0.75))
    fixtures.push(
      lamp(
        r,
        { x: slots.lampX, y: 0, w: r.between(0.05, 0.09) * w, h: r.between(0.11, 0.18) * h },
        { on: c.state.lightOn },
      ),
    );
  return fixtures;
}

function livingRoom(c: Canvas): PlaceParts {
  const { r, w, h } = c;
  const floorY = r.between(0.52, 0.64) * h;
  const sofaX = r.between(0.08, 0.5) * w;
  const sofaW = r.between(0.24, 0.34) * w;
  const sofa = hsl(r.pick([20, 200, 220, 140, 280, 45]), r.between(5, 45), r.between(25, 60));
  const furniture = `${rect(sofaX, floorY - h * 0.13, sofaW, h * 0.16, sofa, 'rx="10"')}${rect(sofaX - w * 0.015, floorY - h * 0.06, sofaW + w * 0.03, h * 0.13, sofa, 'rx="10" stroke="#0004" stroke-width="2"')}`;
  const picture = rect(
    r.between(0.1, 0.6) * w,
    h * r.between(0.12, 0.2),
    w * r.between(0.08, 0.16),
    h * 0.14,
    hsl(r.between(0, 360), 25, r.between(30, 70)),
    'stroke="#5b4632" stroke-width="5"',
  );
  const rug = r.chance(0.6)
    ? `<ellipse cx="${n(w * r.between(0.35, 0.6))}" cy="${n(h * 0.86)}" rx="${n(w * 0.24)}" ry="${n(h * 0.08)}" fill="${hsl(r.pick([10, 220, 40, 150]), 30, r.between(35, 60))}"/>`
    : '';
  const tv = r.chance(0.5)
    ? rect(
        r.between(0.66, 0.78) * w,
        floorY - h * 0.2,
        w * 0.15,
        h * 0.15,
        '#15181c',
        'stroke="#333" stroke-width="4"',
      )
    : '';
  return {
    svg:
      room(c, {
        floorY,
        wall: hsl(r.between(20, 230), r.between(3, 28), r.between(62, 88)),
        floor: hsl(r.between(20, 38), r.between(10, 45), r.between(35, 62)),
      }) +
      picture +
      tv +
      rug +
      furniture,
    fixtures: indoorFixtures(c, floorY, {
      doorX: (sofaX + sofaW < w * 0.72 ? r.between(0.8, 0.87) : r.between(0.01, 0.05)) * w,
      lampX: r.between(0.25, 0.65) * w,
    }),
    ground: { top: floorY + h * 0.08, bottom: h * 0.97 },
    personHeight: { far: h * 0.4, near: h * r.between(0.6, 0.8) },
    doorstep: null,
    wallFootY: null,
    indoors: true,
    sunset: null,
  };
}

function kitchen(c: Canvas): PlaceParts {
  const { r, w, h } = c;
  const floorY = r.between(0.56, 0.66) * h;
  const front = hsl(r.pick([0, 30, 40, 210, 150]), r.between(0, 35), r.between(45, 92));
  const counterTop = floorY - h * 0.17;
  const from = r.between(0.16, 0.22) * w;
  const to = r.between(0.72, 0.8) * w;
  const cabinets =
    many(6, (i) =>
      rect(
        from + (i * (to - from)) / 6,
        counterTop,
        (to - from) / 6 - 2,
        h * 0.19,
        front,
        'stroke="#0003" stroke-width="2"',
      ),
    ) +
    many(5, (i) =>
      rect(
        from + (i * (to - from)) / 5,
        h * 0.1,
        (to - from) / 5 - 2,
        h * 0.14,
        front,
        'stroke="#0003" stroke-width="2"',
      ),
    );
  const counter = rect(
    from - 4,
    counterTop - h * 0.018,
    to - from + 8,
    h * 0.025,
    hsl(0, 0, r.between(22, 60)),
  );
  const fridge = r.chance(0.5)
    ? rect(
        to + w * 0.01,
        counterTop - h * 0.18,
        w * 0.09,
        h * 0.38,
        hsl(210, 4, r.between(70, 92)),
        'stroke="#777" stroke-width="2"',
      )
    : '';
  const pots = many(r.whole(0, 3), () =>
    rect(
      r.between(from, to - w * 0.05),
      counterTop - h * 0.06,
      w * 0.04,
      h * 0.045,
      hsl(r.between(0, 360), 10, r.between(25, 70)),
      'rx="3"',
    ),
  );
  return {
    svg:
      room(c, {
        floorY,
        wall: hsl(r.between(30, 200), r.between(3, 25), r.between(68, 92)),
        floor: hsl(r.between(20, 45), r.between(2, 25), r.between(45, 78)),
      }) +
      cabinets +
      counter +
      pots +
      fridge,
    fixtures: indoorFixtures(c, floorY, { doorX: r.between(0.01, 0.04) * w, lampX: r.between(0.3, 0.6) * w }),
    ground: { top: floorY + h * 0.05, bottom: h * 0.97 },
    personHeight: { far: h * 0.45, near: h * r.between(0.6, 0.8) },
    doorstep: null,
    wallFootY: null,
    indoors: true,
    sunset: null,
  };
}

function warehouse(c: Canvas): PlaceParts {
  const { r, w, h } = c;
  const floorY = r.between(0.42, 0.52) * h;
  const rack = (x: number, rw: number, foot: number, tall: number) => {
    const colour = r.pick([hsl(18, 70, 45), hsl(215, 55, 40), hsl(210, 5, 50)]);
    const shelves = r.whole(3, 4);
    const goods = many(shelves * 5, (i) => {
      const sy = foot - (Math.floor(i / 5) * tall) / shelves;
      const size = (rw / 5) * r.between(0.55, 0.92);
      return rect(
        x + ((i % 5) + 0.05) * (rw / 5),
        sy - size * 0.8,
        size,
        size * 0.8,
        hsl(r.pick([30, 35, 210, 0]), r.between(5, 30), r.between(38, 66)),
      );
    });
    return (
      goods +
      many(shelves + 1, (i) => rect(x, foot - (i * tall) / shelves, rw, 4, colour)) +
      rect(x, foot - tall, 5, tall, colour) +
      rect(x + rw - 5, foot - tall, 5, tall, colour)
    );
  };
  const racks =
    rack(r.between(-0.06, 0.02) * w, 0.26 * w, floorY + h * 0.1, h * 0.46) +
    rack(r.between(0.74, 0.8) * w, 0.26 * w, floorY + h * 0.1, h * 0.46) +
    (r.chance(0.5) ? rack(0.36 * w, 0.2 * w, floorY, h * 0.3) : '');
  const lines = `<path d="M${n(w * 0.42)} ${n(floorY)} L${n(w * 0.2)} ${n(h)} M${n(w * 0.58)} ${n(floorY)} L${n(w * 0.8)} ${n(h)}" stroke="#e3c33c" stroke-width="5" opacity=".8"/>`;
  return {
    svg:
      rect(0, 0, w, floorY, hsl(210, r.between(2, 15), r.between(48, 74))) +
      rect(0, 0, w, h * 0.06, hsl(210, 6, 35)) +
      rect(0, floorY, w, h, hsl(r.between(30, 220), r.between(0, 8), r.between(45, 66))) +
      speckle(c, floorY, h, ['#000', '#fff'], 20) +
      lines +
      racks,
    fixtures: indoorFixtures(c, floorY, { doorX: r.between(0.58, 0.66) * w, lampX: r.between(0.3, 0.6) * w }),
    ground: { top: floorY + h * 0.1, bottom: h * 0.97 },
    personHeight: { far: h * 0.26, near: h * r.between(0.5, 0.7) },
    doorstep: null,
    wallFootY: null,
    indoors: true,
    sunset: null,
  };
}

function carPark(c: Canvas): PlaceParts {
  const { r, w, h } = c;
  const horizon = r.between(0.2, 0.34) * h;
  const { svg, sunset } = sky(c, horizon);
  const back = many(r.whole(1, 4), () => {
    const hw = r.between(0.15, 0.35) * w;
    const tall = r.between(0.08, 0.2) * h;
    return sunset && r.chance(0.6) ? '' : house(c, r.between(-0.1, 0.85) * w, horizon + 4 - tall, hw, tall);
  });
  const trees = many(r.whole(0, 4), () =>
    tree(c, r.between(0, w), horizon + h * 0.03, r.between(0.14, 0.26) * h),
  );
  const bays =
    many(
      12,
      (i) =>
        `<path d="M${n(w / 2 + (i - 5.5) * w * 0.1)} ${n(horizon + h * 0.14)} L${n(w / 2 + (i - 5.5) * w * 0.16)} ${n(horizon + h * 0.3)}" stroke="#f0f0ea" stroke-width="3" opacity=".75"/>`,
    ) +
    many(
      12,
      (i) =>
        `<path d="M${n(w / 2 + (i - 5.5) * w * 0.2)} ${n(h * 0.78)} L${n(w / 2 + (i - 5.5) * w * 0.27)} ${n(h)}" stroke="#f0f0ea" stroke-width="5" opacity=".75"/>`,
    );
  const gateW = 0.16 * w;
  const fixtures = r.chance(0.4)
    ? [
        gate(
          r,
          { x: r.between(0.1, 0.7) * w, y: horizon + h * 0.01, w: gateW, h: h * 0.09 },
          { open: c.state.gateOpen },
        ),
      ]
    : [];
  if (r.chance(0.6))
    fixtures.push(
      lamp(
        r,
        { x: r.between(0.1, 0.85) * w, y: horizon - 0.16 * h, w: 0.035 * w, h: 0.06 * h },
        { on: c.state.lightOn },
      ),
    );
  const poles = fixtures
    .filter(({ concepts }) => concepts[0]?.startsWith('light'))
    .map(({ rect: at }) => rect(at.x + at.w / 2 - 2, at.y + at.h * 0.3, 4, horizon + 0.06 * h - at.y, '#444'))
    .join('');
  return {
    svg:
      svg +
      back +
      trees +
      rect(0, horizon + h * 0.02, w, h, hsl(220, r.between(0, 6), r.between(32, 54))) +
      speckle(c, horizon + h * 0.1, h, ['#000', '#fff'], 24) +
      bays +
      poles,
    fixtures,
    ground: { top: horizon + h * 0.08, bottom: h * 0.97 },
    personHeight: { far: h * 0.13, near: h * r.between(0.36, 0.55) },
    doorstep: null,
    wallFootY: null,
    indoors: false,
    sunset,
  };
}

/** Concepts that belong to places rather than to things put into them. */
export function conceptsOf(place: Place): Concept[] {
  return place.fixtures.flatMap(({ concepts }) => concepts);
}
