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

/** `videos.ts FOLDER [NAME…]` renders the samples and their truth; `--quiet` quiet hours of the same cameras into FOLDER/quiet; `--look` one sheet of frames instead. */
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
  for (const episode of chosen) await renderVideo(episode, join(folder, `${episode.name}.mp4`));
  writeFileSync(
    join(folder, 'ground-truth.json'),
    `${JSON.stringify({ videos: EPISODES.map(truthOf) }, null, 2)}\n`,
  );
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
  const isSeen = (concept: Concept, t: number) =>
    drawScene(scene, t).shown.some(
      ({ concepts, rect, hidden }) =>
        concepts.includes(concept) && !hidden && overlap(rect, frame) >= 0.6 * rect.w * rect.h,
    );
  const times = Array.from({ length: durationS * 2 + 1 }, (_, i) => i / 2);
  const intervals = CONCEPTS.flatMap((concept) =>
    runs(times.filter((t) => t < durationS && isSeen(concept, t))).map(([fromS, toS]) => ({
      concept,
      fromS,
      toS,
    })),
  );
  const events = intervals.flatMap(({ concept, ...when }) =>
    RULES[concept] ? [{ rule: RULES[concept], ...when }] : [],
  );
  return { file: `${name}.mp4`, camera: name, widthPx, heightPx, fps, durationS, events, intervals };
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
