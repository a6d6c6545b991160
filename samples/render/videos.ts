import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { CONCEPTS, type Concept } from './concepts.js';
import { EPISODES, type Episode, QUIET_EPISODES } from './episodes.js';
import { drawScene, overlap, renderScene } from './scene.js';

/** Which example rule in rules/ is about which concept. */
const RULES: Partial<Record<Concept, string>> = {
  fire: 'fire',
  parcel: 'parcel',
  'door-open': 'door-open',
  'person-lying': 'person-down',
  truck: 'truck',
  dog: 'dog',
  'gate-open': 'gate-open',
  'water-floor': 'water',
};

/** `videos.ts FOLDER [NAME…]` renders the samples and their truth; `--quiet` quiet hours of the same cameras into FOLDER/quiet; `--truth` the truth alone; `--look` one sheet of frames instead. */
const [folder, ...names] = process.argv.slice(2);
if (!folder) throw new Error('usage: videos.ts FOLDER [--look] [NAME…]');
const isQuiet = names.includes('--quiet');
const chosen = (isQuiet ? QUIET_EPISODES : EPISODES).filter(
  ({ name }) => names.every((n) => n.startsWith('--')) || names.includes(name),
);
if (names.includes('--look')) {
  await drawSheet(join(folder, 'sheet.png'), chosen);
} else if (isQuiet) {
  mkdirSync(join(folder, 'quiet'), { recursive: true });
  for (const episode of chosen) await renderVideo(episode, join(folder, 'quiet', `${episode.name}.mp4`));
} else {
  if (!names.includes('--truth'))
    for (const episode of chosen) await renderVideo(episode, join(folder, `${episode.name}.mp4`));
  const videos = EPISODES.map(truthOf);
  writeFileSync(join(folder, 'ground-truth.json'), `${JSON.stringify({ videos }, null, 2)}\n`);
  const quiet = QUIET_EPISODES.map(truthOf).map((truth) => ({ ...truth, file: `quiet/${truth.file}` }));
  writeFileSync(join(folder, 'labels.yaml'), labelsFile([...videos, ...quiet]));
}

async function renderVideo(
  { widthPx, heightPx, durationS, fps, scene }: Episode,
  file: string,
): Promise<void> {
  process.stderr.write(`${file}\n`);
  const part = `${file}.part`;
  const input = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-s',
    `${widthPx}x${heightPx}`,
    '-r',
    String(fps),
    '-i',
    'pipe:0',
  ];
  const filters = ['-vf', 'noise=alls=3:allf=t,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p'];
  const encoder = [
    '-c:v',
    'libx264',
    '-preset',
    'slow',
    '-crf',
    // Ten minutes must not be ten times as large.
    fps === 1 ? '40' : '27',
    '-g',
    String(fps === 1 ? 60 : 2 * fps),
    '-colorspace',
    'bt709',
    '-movflags',
    '+faststart',
    '-f',
    'mp4',
  ];
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-y', ...input, ...filters, ...encoder, part], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  for (let frame = 0; frame < durationS * fps; frame++) {
    const { data } = await renderScene(scene, frame / fps);
    if (!ffmpeg.stdin.write(data)) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  const [code] = await once(ffmpeg, 'exit');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  renameSync(part, file);
}

/** What a video shows and when, read off the scene itself. */
function truthOf(episode: Episode) {
  const { name, widthPx, heightPx, durationS, fps, scene } = episode;
  const frame = { x: 0, y: 0, w: widthPx, h: heightPx };
  const times = Array.from({ length: durationS * 2 + 1 }, (_, i) => i / 2);
  const shown = new Map(times.map((t) => [t, drawScene(scene, t).shown]));
  const seen = (concept: Concept, t: number) =>
    shown
      .get(t)!
      .filter(
        ({ concepts, rect, hidden }) =>
          concepts.includes(concept) && !hidden && overlap(rect, frame) >= 0.6 * rect.w * rect.h,
      );
  const isSeen = (concept: Concept, t: number) => seen(concept, t).length > 0;
  const intervals = CONCEPTS.flatMap((concept) =>
    runs(times.filter((t) => t < durationS && isSeen(concept, t))).map(([fromS, toS]) => ({
      concept,
      fromS,
      toS,
    })),
  );
  const events = intervals.flatMap(({ concept, ...when }) => {
    if (!RULES[concept]) return [];
    const widths = times
      .filter((t) => t >= when.fromS && t < when.toS)
      .map((t) => Math.max(...seen(concept, t).map(({ rect }) => rect.w)));
    // Half the time it is at least so wide.
    const widthPx = Math.round(widths.sort((a, b) => a - b)[Math.floor(widths.length / 2)]!);
    return { rule: RULES[concept], ...when, widthPx };
  });
  return { file: `${name}.mp4`, camera: name, widthPx, heightPx, fps, durationS, events, intervals };
}

/** The same for `wordwatch eval`. */
function labelsFile(videos: readonly ReturnType<typeof truthOf>[]): string {
  const rules = Object.values(RULES).sort().join(', ');
  const entries = videos.map(({ file, camera, events }) => {
    const labels = events.map(
      ({ rule, fromS, toS, widthPx }) =>
        `      - { rule: ${rule}, from: ${fromS}s, to: ${toS}s, width_px: ${widthPx} }`,
    );
    const video = [`  - video: ${file}`, `    camera: ${camera}`];
    return [...video, ...(labels.length > 0 ? ['    labels:', ...labels] : [])].join('\n');
  });
  return `# yaml-language-server: $schema=../rules/videos.schema.json
# What the sample videos and the quiet hours of their cameras show and when:
#   wordwatch eval samples/labels.yaml --rules rules --out report.html
# Written by render/videos.ts, read off the scenes themselves.
rules: [${rules}]
videos:
${entries.join('\n')}
`;
}

/** Runs of times half a second apart. */
function runs(times: readonly number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const t of times) {
    const last = out.at(-1);
    if (last && t - last[1] <= 0.5) last[1] = t;
    else out.push([t, t]);
  }
  return out.map(([from, to]) => [from, to + 0.5]);
}

async function drawSheet(file: string, episodes: readonly Episode[]): Promise<void> {
  const tiles = await Promise.all(
    episodes.flatMap(({ scene, durationS }, row) =>
      [0.05, 0.28, 0.45, 0.7, 0.97].map(async (part, column) => {
        const { data, widthPx, heightPx } = await renderScene(scene, part * durationS);
        const input = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
          .resize(400, 225, { fit: 'contain' })
          .png()
          .toBuffer();
        return { input, left: column * 400, top: row * 225 };
      }),
    ),
  );
  await sharp({ create: { width: 2000, height: 225 * episodes.length, channels: 3, background: '#222' } })
    .composite(tiles)
    .png()
    .toFile(file);
}
