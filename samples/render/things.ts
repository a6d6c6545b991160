import type { Concept } from './concepts.js';
import { hsl, type Random } from './random.js';

/**
 * Draws a thing in its own coordinates: it stands on (0, 0), one unit high, y downwards; t is the time in seconds.
 * All randomness is drawn before, so that a thing keeps its looks while it moves.
 */
export type Drawing = (t: number) => string;

/** A thing that can be put into a scene. */
export interface Thing {
  concepts: Concept[];
  /** Width over height of what is drawn. */
  aspect: number;
  /** Shines: is drawn above the darkness of the night. */
  shines?: boolean;
  draw: Drawing;
}

export const THINGS = {
  fire,
  smoke,
  steam,
  walker,
  lying,
  crowd,
  dog,
  cat,
  car,
  truck,
  bicycle,
  parcel,
  ladder,
  orangeLamp,
  headlights,
  puddle,
} satisfies Record<string, (r: Random) => Thing>;
export type ThingName = keyof typeof THINGS;

const n = (value: number) => value.toFixed(3);

function fire(r: Random): Thing {
  const tongues = Array.from({ length: r.whole(4, 7) }, (_, i) => ({
    x: r.between(-0.34, 0.34),
    h: r.between(0.5, 1) * (i === 0 ? 1 : r.between(0.55, 0.95)),
    w: r.between(0.12, 0.26),
    phase: r.between(0, 6),
    speed: r.between(5, 11),
  }));
  const bin = r.chance(0.3)
    ? `<path d="M-.3 -.32 L.3 -.32 L.24 0 L-.24 0Z" fill="${hsl(r.between(0, 360), 12, r.between(18, 40))}"/>`
    : '';
  const hot = r.between(0, 10);
  return {
    concepts: ['fire'],
    aspect: 0.9,
    shines: true,
    draw: (t) => {
      const glow = 0.8 + 0.1 * Math.sin(t * 9);
      const layer = (scale: number, colour: string) =>
        tongues
          .map(({ x, h, w, phase, speed }) => {
            const top = -h * scale * (0.82 + 0.18 * Math.sin(t * speed + phase));
            const lean = 0.09 * Math.sin(t * speed * 0.7 + phase * 2);
            const half = w * (0.35 + 0.65 * scale);
            return `<path d="M${n(x - half)} 0 C${n(x - half * 1.3)} ${n(top * 0.4)} ${n(x + lean - half * 0.2)} ${n(top * 0.55)} ${n(x + lean)} ${n(top)} C${n(x + lean + half * 0.35)} ${n(top * 0.6)} ${n(x + half * 1.3)} ${n(top * 0.35)} ${n(x + half)} 0Z" fill="${colour}"/>`;
          })
          .join('');
      return `<ellipse cx="0" cy="-.42" rx="${n(glow)}" ry="${n(glow * 0.85)}" fill="url(#fireGlow)"/>${bin}${layer(1, hsl(10 + hot, 95, 47, 0.93))}${layer(0.74, hsl(26 + hot, 100, 53))}${layer(0.48, hsl(44 + hot, 100, 62))}${layer(0.26, '#fff6d0')}`;
    },
  };
}

function plume(
  r: Random,
  puffs: number,
  spread: number,
): { x: number; y: number; size: number; phase: number }[] {
  return Array.from({ length: puffs }, (_, i) => {
    const up = (i + 0.5) / puffs;
    return {
      x: r.between(-1, 1) * spread * (0.15 + up),
      y: -up,
      size: (0.07 + 0.2 * up) * r.between(0.7, 1.3),
      phase: r.between(0, 6),
    };
  });
}

function drawPlume(puffs: ReturnType<typeof plume>, lean: number, fill: string): Drawing {
  return (t) =>
    puffs
      .map(({ x, y, size, phase }) => {
        const rise = (((-y + t * 0.12 + phase * 0.01) % 1) + 1) % 1;
        const grow = 0.4 + rise * 1.1;
        return `<circle cx="${n(x * (0.3 + rise) + lean * rise * rise + 0.03 * Math.sin(t + phase))}" cy="${n(-rise * 0.86 - 0.07)}" r="${n(size * grow)}" fill="${fill}" opacity="${n(1 - rise * 0.45)}"/>`;
      })
      .join('');
}

function smoke(r: Random): Thing {
  const puffs = plume(r, r.whole(12, 20), 0.3);
  return {
    concepts: ['smoke'],
    aspect: 0.8,
    draw: drawPlume(puffs, r.between(-0.35, 0.35), `url(#smoke${r.whole(0, 2)})`),
  };
}

function steam(r: Random): Thing {
  const puffs = plume(r, r.whole(8, 13), 0.13);
  const source = r.chance(0.5)
    ? `<ellipse cx="0" cy="-.01" rx=".16" ry=".03" fill="#555"/>`
    : `<path d="M-.13 0 L-.1 -.16 L.1 -.16 L.13 0Z" fill="${hsl(r.between(0, 360), 10, r.between(40, 75))}"/><path d="M.1 -.13 L.2 -.17 L.19 -.13 L.11 -.07Z" fill="#999"/>`;
  const draw = drawPlume(puffs, r.between(-0.12, 0.12), 'url(#steam)');
  return { concepts: ['steam'], aspect: 0.5, draw: (t) => draw(t) + source };
}

interface Clothes {
  shirt: string;
  trousers: string;
  skin: string;
  hair: string;
  red: boolean;
}

function clothes(r: Random): Clothes {
  const red = r.chance(0.25);
  const hue = r.pick([200, 220, 240, 120, 50, 280, 170, 90]);
  return {
    red,
    shirt: red
      ? hsl(r.between(-6, 8), r.between(75, 95), r.between(38, 52))
      : hsl(hue, r.between(0, 55), r.between(15, 85)),
    trousers: hsl(r.pick([215, 225, 30, 0]), r.between(0, 35), r.between(12, 45)),
    skin: hsl(r.between(18, 32), r.between(30, 55), r.between(30, 78)),
    hair: hsl(r.between(15, 45), r.between(10, 50), r.between(8, 50)),
  };
}

const limb = (x1: number, y1: number, x2: number, y2: number, width: number, colour: string) =>
  `<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" stroke="${colour}" stroke-width="${n(width)}" stroke-linecap="round"/>`;

function figure(c: Clothes, step: number, build: number): string {
  const swing = 0.15 * Math.sin(step);
  return [
    limb(0, -0.5, -swing, -0.02, 0.085 * build, c.trousers),
    limb(0, -0.5, swing, -0.02, 0.085 * build, c.trousers),
    limb(-swing - 0.01, -0.02, -swing + 0.05, -0.015, 0.04, '#222'),
    limb(swing - 0.01, -0.02, swing + 0.05, -0.015, 0.04, '#222'),
    limb(-0.09 * build, -0.76, -0.1 * build + swing * 0.8, -0.47, 0.055, c.shirt),
    limb(0.09 * build, -0.76, 0.1 * build - swing * 0.8, -0.47, 0.055, c.shirt),
    `<rect x="${n(-0.105 * build)}" y="-.82" width="${n(0.21 * build)}" height=".38" rx=".06" fill="${c.shirt}"/>`,
    `<circle cx="0" cy="-.91" r=".075" fill="${c.skin}"/><path d="M-.078 -.91 A.078 .078 0 0 1 .078 -.91 L.05 -.945 L-.05 -.945Z" fill="${c.hair}"/>`,
  ].join('');
}

function walker(r: Random): Thing {
  const c = clothes(r);
  const build = r.between(0.85, 1.25);
  const phase = r.between(0, 6);
  const concepts: Concept[] = ['person', 'person-walking', ...(c.red ? (['red-shirt'] as const) : [])];
  return { concepts, aspect: 0.42, draw: (t) => figure(c, t * 7 + phase, build) };
}

function lying(r: Random): Thing {
  const c = clothes(r);
  const knee = r.between(-0.35, 0.1);
  const arm = r.between(-0.5, 0.35);
  const bend = r.between(-0.15, 0.15);
  // Lies along x: head left, one unit "high" = about a third of its length.
  const draw = () =>
    [
      `<ellipse cx="0" cy="-.1" rx="1.45" ry=".16" fill="#000" opacity=".25"/>`,
      limb(0.35, -0.3, 0.85, -0.3 + knee, 0.24, c.trousers),
      limb(0.85, -0.3 + knee, 1.4, -0.18, 0.2, c.trousers),
      limb(0.35, -0.22, 0.9, -0.2, 0.24, c.trousers),
      limb(0.9, -0.2, 1.42, -0.12 + bend, 0.2, c.trousers),
      `<rect x="-.72" y="-.52" width="1.15" height=".42" rx=".17" fill="${c.shirt}" transform="rotate(${n(bend * 30)})"/>`,
      limb(-0.55, -0.35, -0.3, -0.35 + arm, 0.15, c.shirt),
      limb(-0.3, -0.35 + arm, 0.05, -0.3 + arm, 0.12, c.skin),
      `<circle cx="-.98" cy="-.3" r=".24" fill="${c.skin}"/><path d="M-1.2 -.22 A.24 .24 0 0 1 -.9 -.53 L-1 -.3Z" fill="${c.hair}"/>`,
    ].join('');
  const concepts: Concept[] = ['person', 'person-lying', ...(c.red ? (['red-shirt'] as const) : [])];
  return { concepts, aspect: 3, draw };
}

function crowd(r: Random): Thing {
  const people = Array.from({ length: r.whole(7, 13) }, () => ({
    c: clothes(r),
    x: r.between(-1.1, 1.1),
    back: r.next(),
    phase: r.between(0, 6),
    build: r.between(0.9, 1.2),
  })).sort((a, b) => b.back - a.back);
  const red = people.some(({ c, back }) => c.red && back < 0.4);
  return {
    concepts: ['person', 'crowd', ...(red ? (['red-shirt'] as const) : [])],
    aspect: 2.5,
    draw: (t) =>
      people
        .map(
          ({ c, x, back, phase, build }) =>
            `<g transform="translate(${n(x)},${n(-0.14 * back)}) scale(${n(0.9 - 0.14 * back)})">${figure(c, Math.sin(t + phase) + phase, build)}</g>`,
        )
        .join(''),
  };
}

function dog(r: Random): Thing {
  const coat = hsl(r.pick([25, 30, 35, 40, 0]), r.between(0, 55), r.between(12, 75));
  const dark = hsl(25, 30, 12);
  const flip = r.chance(0.5) ? -1 : 1;
  const long = r.between(0.9, 1.2);
  const phase = r.between(0, 6);
  const leg = (x: number, swing: number) => limb(x, -0.45, x + swing, -0.02, 0.11, coat);
  return {
    concepts: ['dog'],
    aspect: 1.6,
    draw: (t) => {
      const s = 0.14 * Math.sin(t * 11 + phase);
      const wag = 0.1 * Math.sin(t * 13);
      return `<g transform="scale(${flip * long},1)">${leg(-0.42, s)}${leg(-0.34, -s)}${leg(0.34, s)}${leg(0.4, -s)}
<ellipse cx="0" cy="-.55" rx=".52" ry=".2" fill="${coat}"/><path d="M-.48 -.6 Q-.75 -.75 ${n(-0.72 + wag)} -.98" stroke="${coat}" stroke-width=".08" fill="none" stroke-linecap="round"/>
<path d="M.32 -.62 L.48 -.88 L.62 -.72 L.5 -.5Z" fill="${coat}"/><ellipse cx=".56" cy="-.83" rx=".17" ry=".14" fill="${coat}"/><rect x=".6" y="-.86" width=".25" height=".13" rx=".06" fill="${coat}"/><circle cx=".84" cy="-.82" r=".04" fill="#111"/><path d="M.46 -.95 Q.36 -.8 .44 -.66 Q.54 -.72 .53 -.92Z" fill="${dark}"/></g>`;
    },
  };
}

function cat(r: Random): Thing {
  const coat = hsl(r.pick([28, 30, 0, 220]), r.pick([0, 5, 55]), r.between(10, 80));
  const flip = r.chance(0.5) ? -1 : 1;
  const sits = r.chance(0.5);
  const head = (x: number, y: number) =>
    `<circle cx="${x}" cy="${y}" r=".17" fill="${coat}"/><path d="M${x - 0.16} ${y - 0.06} L${x - 0.15} ${y - 0.29} L${x - 0.02} ${y - 0.15}Z M${x + 0.16} ${y - 0.06} L${x + 0.15} ${y - 0.29} L${x + 0.02} ${y - 0.15}Z" fill="${coat}"/><circle cx="${x - 0.06}" cy="${y - 0.02}" r=".025" fill="#cf6"/><circle cx="${x + 0.06}" cy="${y - 0.02}" r=".025" fill="#cf6"/>`;
  const body = sits
    ? `<path d="M-.28 0 Q-.34 -.5 -.02 -.66 L.14 -.66 Q.26 -.3 .24 0Z" fill="${coat}"/><path d="M-.24 -.04 Q-.62 0 -.56 -.34" stroke="${coat}" stroke-width=".09" fill="none" stroke-linecap="round"/>${head(0.08, -0.71)}`
    : `<path d="M-.5 -.38 Q-.8 -.5 -.62 -.97" stroke="${coat}" stroke-width=".08" fill="none" stroke-linecap="round"/>${limb(-0.4, -0.35, -0.42, -0.02, 0.09, coat)}${limb(-0.3, -0.35, -0.27, -0.02, 0.09, coat)}${limb(0.28, -0.35, 0.26, -0.02, 0.09, coat)}${limb(0.38, -0.35, 0.4, -0.02, 0.09, coat)}<ellipse cx="-.02" cy="-.42" rx=".5" ry=".16" fill="${coat}"/>${head(0.5, -0.62)}`;
  return {
    concepts: ['cat'],
    aspect: sits ? 0.9 : 1.4,
    draw: () => `<g transform="scale(${flip},1)">${body}</g>`,
  };
}

function paint(r: Random): string {
  return r.chance(0.5)
    ? hsl(0, 0, r.between(10, 90))
    : hsl(r.pick([0, 210, 220, 140, 45, 200, 10]), r.between(30, 75), r.between(20, 55));
}

const wheel = (x: number, radius: number) =>
  `<circle cx="${n(x)}" cy="${n(-radius)}" r="${n(radius)}" fill="#161616"/><circle cx="${n(x)}" cy="${n(-radius)}" r="${n(radius * 0.5)}" fill="#9a9a9a"/>`;

function car(r: Random): Thing {
  const body = paint(r);
  const glass = hsl(205, 25, r.between(20, 45));
  const flip = r.chance(0.5) ? -1 : 1;
  if (r.chance(0.35)) {
    // From the front or behind.
    const lamp = r.chance(0.5) ? '#f3f3e6' : '#b01818';
    return {
      concepts: ['car'],
      aspect: 1.25,
      draw: () =>
        `<rect x="-.52" y="-.2" width=".2" height=".2" rx=".04" fill="#161616"/><rect x=".32" y="-.2" width=".2" height=".2" rx=".04" fill="#161616"/><path d="M-.42 -.98 Q0 -1.03 .42 -.98 L.56 -.62 L.6 -.12 L-.6 -.12 L-.56 -.62Z" fill="${body}"/><path d="M-.38 -.92 Q0 -.96 .38 -.92 L.48 -.62 L-.48 -.62Z" fill="${glass}"/><rect x="-.55" y="-.5" width=".2" height=".13" rx=".04" fill="${lamp}"/><rect x=".35" y="-.5" width=".2" height=".13" rx=".04" fill="${lamp}"/><rect x="-.16" y="-.34" width=".32" height=".1" fill="#eee"/>`,
    };
  }
  const roof = r.between(0.85, 1);
  return {
    concepts: ['car'],
    aspect: 2.9,
    draw: () =>
      `<g transform="scale(${flip},1)"><ellipse cx="0" cy="-.02" rx="1.45" ry=".06" fill="#000" opacity=".3"/><path d="M-1.4 -.2 L-1.38 -.55 Q-1.2 -.6 -.95 -.62 L-.55 ${n(-roof)} Q-.1 ${n(-roof - 0.06)} .4 ${n(-roof)} L.8 -.64 Q1.25 -.58 1.38 -.46 L1.42 -.18Z" fill="${body}"/><path d="M-.82 -.63 L-.5 ${n(-roof + 0.07)} L-.08 ${n(-roof + 0.05)} L-.08 -.63Z M0 -.63 L0 ${n(-roof + 0.05)} L.36 ${n(-roof + 0.08)} L.68 -.63Z" fill="${glass}"/>${wheel(-0.85, 0.24)}${wheel(0.88, 0.24)}<rect x="1.3" y="-.48" width=".12" height=".1" fill="#ffe"/><rect x="-1.41" y="-.5" width=".08" height=".12" fill="#a11"/></g>`,
  };
}

function truck(r: Random): Thing {
  const cab = paint(r);
  const box = r.chance(0.6) ? hsl(0, 0, r.between(70, 95)) : paint(r);
  const stripe = r.chance(0.5)
    ? `<rect x="-1.3" y="-.68" width="1.75" height=".12" fill="${paint(r)}"/>`
    : '';
  const flip = r.chance(0.5) ? -1 : 1;
  return {
    concepts: ['truck'],
    aspect: 2.1,
    draw: () =>
      `<g transform="scale(${flip * 0.8},1)"><ellipse cx="0" cy="-.02" rx="1.3" ry=".05" fill="#000" opacity=".3"/><rect x="-1.3" y="-1" width="1.75" height=".8" fill="${box}"/>${stripe}<path d="M-1.3 -1 L.45 -1 M-.72 -1 V-.2 M-.13 -1 V-.2" stroke="#0003" stroke-width=".02"/><rect x="-1.3" y="-.22" width="2.3" height=".08" fill="#333"/><path d="M.5 -.16 L.5 -.8 L.98 -.8 Q1.14 -.78 1.2 -.46 L1.28 -.4 L1.28 -.16Z" fill="${cab}"/><path d="M.7 -.72 L.96 -.72 Q1.06 -.7 1.12 -.46 L.7 -.46Z" fill="#34424d"/>${wheel(-1, 0.16)}${wheel(-0.62, 0.16)}${wheel(0.88, 0.16)}<rect x="1.2" y="-.34" width=".08" height=".1" fill="#ffe"/></g>`,
  };
}

function bicycle(r: Random): Thing {
  const frame = hsl(r.between(0, 360), r.between(0, 80), r.between(20, 60));
  const flip = r.chance(0.5) ? -1 : 1;
  const line = (d: string, width = 0.055) =>
    `<path d="${d}" stroke="${frame}" stroke-width="${width}" fill="none" stroke-linecap="round"/>`;
  const rim = (x: number) =>
    `<circle cx="${x}" cy="-.34" r=".31" fill="none" stroke="#1a1a1a" stroke-width=".055"/><path d="M${x} -.65 V-.03 M${x - 0.31} -.34 H${x + 0.31}" stroke="#8888" stroke-width=".015"/>`;
  return {
    concepts: ['bicycle'],
    aspect: 1.65,
    draw: () =>
      `<g transform="scale(${flip},1)">${rim(-0.52)}${rim(0.52)}${line('M-.52 -.34 L-.2 -.78 L.36 -.78 L-.02 -.34 L-.52 -.34 M-.2 -.78 L-.02 -.34 M.52 -.34 L.32 -.92')}${line('M.2 -.97 L.42 -.9', 0.06)}<path d="M-.34 -.85 H-.1" stroke="#111" stroke-width=".07" stroke-linecap="round"/></g>`,
  };
}

function parcel(r: Random): Thing {
  const hue = r.between(26, 36);
  const l = r.between(45, 66);
  const w = r.between(0.55, 0.85);
  const label = r.chance(0.7)
    ? `<rect x="${n(-w * 0.6)}" y="-.55" width=".32" height=".22" fill="#f4f4f0"/>`
    : '';
  return {
    concepts: ['parcel'],
    aspect: 2 * w,
    draw: () =>
      `<ellipse cx="0" cy="-.02" rx="${n(w * 1.15)}" ry=".07" fill="#000" opacity=".35"/><rect x="${n(-w)}" y="-.74" width="${n(w * 2)}" height=".74" fill="${hsl(hue, 45, l)}"/><path d="M${n(-w)} -.74 L${n(-w * 0.72)} -1 L${n(w * 1.05)} -1 L${n(w)} -.74Z" fill="${hsl(hue, 48, l + 12)}"/><rect x="-.07" y="-.74" width=".14" height=".74" fill="${hsl(hue + 8, 40, l + 17)}"/><path d="M-.07 -.74 L.1 -1 L.24 -1 L.07 -.74Z" fill="${hsl(hue + 8, 40, l + 22)}"/>${label}`,
  };
}

function ladder(r: Random): Thing {
  const metal = r.chance(0.6) ? hsl(210, 5, r.between(60, 85)) : hsl(r.pick([35, 48]), 65, r.between(45, 60));
  const lean = r.between(0.12, 0.3) * (r.chance(0.5) ? -1 : 1);
  const half = r.between(0.08, 0.11);
  const rungs = Array.from({ length: 9 }, (_, i) => {
    const up = 0.08 + i * 0.105;
    return `<path d="M${n(lean * up - half)} ${n(-up)} H${n(lean * up + half)}" stroke="${metal}" stroke-width=".022"/>`;
  }).join('');
  return {
    concepts: ['ladder-wall'],
    aspect: 0.45,
    draw: () =>
      `<path d="M${n(-half + 0.03)} 0 L${n(lean - half + 0.03)} -1" stroke="#000" stroke-opacity=".3" stroke-width=".03"/><path d="M${n(-half)} 0 L${n(lean - half)} -1 M${n(half)} 0 L${n(lean + half)} -1" stroke="${metal}" stroke-width=".035"/>${rungs}`,
  };
}

function orangeLamp(r: Random): Thing {
  const post = r.chance(0.5);
  const hue = r.between(28, 38);
  const y = post ? -0.9 : -0.5;
  const holder = post
    ? `<path d="M0 0 V-.86 M-.12 -.86 H.12" stroke="#333" stroke-width=".05"/>`
    : `<path d="M-.14 -.72 H.14 L.1 -.3 H-.1Z" fill="#3a3028"/>`;
  return {
    concepts: ['orange-lamp'],
    aspect: 0.6,
    shines: true,
    draw: () =>
      `${holder}<circle cx="0" cy="${y}" r=".55" fill="url(#orangeGlow)"/><ellipse cx="0" cy="${y}" rx=".11" ry=".13" fill="${hsl(hue, 100, 66)}"/>`,
  };
}

function headlights(r: Random): Thing {
  const gap = r.between(0.42, 0.62);
  const white = r.chance(0.7) ? '#fffdf4' : '#eaf3ff';
  const body = hsl(220, 10, 14);
  const lamp = (x: number) =>
    `<circle cx="${n(x)}" cy="-.42" r=".42" fill="url(#whiteGlow)"/><circle cx="${n(x)}" cy="-.42" r=".13" fill="${white}"/>`;
  return {
    concepts: ['headlights', 'car'],
    aspect: 1.5,
    shines: true,
    draw: () =>
      `<path d="M-.42 -.95 Q0 -1 .42 -.95 L.56 -.6 L.6 -.1 L-.6 -.1 L-.56 -.6Z" fill="${body}"/><path d="M-.3 .2 L-1.1 .9 L1.1 .9 L.3 .2Z" fill="url(#beam)"/>${lamp(-gap)}${lamp(gap)}`,
  };
}

function puddle(r: Random): Thing {
  const points = Array.from({ length: 9 }, (_, i) => {
    const angle = (i / 9) * 2 * Math.PI;
    const radius = r.between(0.75, 1.1);
    return [Math.cos(angle) * radius * 2.2, -0.5 + Math.sin(angle) * radius * 0.45] as const;
  });
  const d = points
    .map(([x, y], i) => {
      const [nx, ny] = points[(i + 1) % points.length]!;
      return `${i === 0 ? `M${n((x + nx) / 2)} ${n((y + ny) / 2)}` : ''} Q${n(nx)} ${n(ny)} ${n((nx + points[(i + 2) % points.length]![0]) / 2)} ${n((ny + points[(i + 2) % points.length]![1]) / 2)}`;
    })
    .join(' ');
  const shine = r.between(-1, 0.6);
  return {
    concepts: ['water-floor'],
    aspect: 4.2,
    draw: (t) =>
      `<path d="${d}Z" fill="url(#water)" stroke="#dff1ff" stroke-opacity=".45" stroke-width=".04"/><ellipse cx="${n(shine + 0.05 * Math.sin(t * 2))}" cy="-.62" rx=".7" ry=".07" fill="#fff" opacity=".55"/><ellipse cx="${n(shine + 0.7)}" cy="-.38" rx=".4" ry=".04" fill="#fff" opacity=".4"/>`,
  };
}

/** Gradients that things refer to. */
export const GRADIENTS = `
<radialGradient id="fireGlow"><stop offset="0" stop-color="#ff9a30" stop-opacity=".6"/><stop offset=".5" stop-color="#ff6a10" stop-opacity=".25"/><stop offset="1" stop-color="#ff5000" stop-opacity="0"/></radialGradient>
<radialGradient id="smoke0"><stop offset="0" stop-color="#2c2c2e" stop-opacity=".75"/><stop offset="1" stop-color="#3a3a3c" stop-opacity="0"/></radialGradient>
<radialGradient id="smoke1"><stop offset="0" stop-color="#4c4b4a" stop-opacity=".8"/><stop offset="1" stop-color="#5a5958" stop-opacity="0"/></radialGradient>
<radialGradient id="smoke2"><stop offset="0" stop-color="#6b6a6a" stop-opacity=".8"/><stop offset="1" stop-color="#777" stop-opacity="0"/></radialGradient>
<radialGradient id="steam"><stop offset="0" stop-color="#fff" stop-opacity=".8"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
<radialGradient id="orangeGlow"><stop offset="0" stop-color="#ffb347" stop-opacity=".85"/><stop offset=".4" stop-color="#ff9a2e" stop-opacity=".3"/><stop offset="1" stop-color="#ff9a2e" stop-opacity="0"/></radialGradient>
<radialGradient id="whiteGlow"><stop offset="0" stop-color="#fff" stop-opacity=".95"/><stop offset=".35" stop-color="#f4f7ff" stop-opacity=".4"/><stop offset="1" stop-color="#e8efff" stop-opacity="0"/></radialGradient>
<radialGradient id="warmGlow"><stop offset="0" stop-color="#fff6d8" stop-opacity=".95"/><stop offset=".35" stop-color="#ffeeb4" stop-opacity=".4"/><stop offset="1" stop-color="#ffe9a8" stop-opacity="0"/></radialGradient>
<linearGradient id="beam" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".4"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></linearGradient>
<linearGradient id="water" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#bcd9ec" stop-opacity=".9"/><stop offset="1" stop-color="#5f8aa8" stop-opacity=".85"/></linearGradient>`;
