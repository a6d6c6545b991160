import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../config/problem.js';
import { readCsvManifest } from './csv-manifest.js';
import type { ReadManifest } from './manifest.js';
import { readNpy } from './npy.js';
import { type ResolvedVideos, resolveVideos } from './resolve-videos.js';
import { readUcfManifest } from './ucf-manifest.js';
import { readVadClipManifest } from './vadclip-manifest.js';
import { readYamlManifest } from './yaml-manifest.js';

const RULES = ['fire', 'dog', 'abuse', 'road-accidents'].map((id) => ({ id, cameras: null }));

/** Videos of 60 s, 30 frames a second and 1200 pixels' width, unless told otherwise. */
async function resolved(
  { manifest, problems }: ReadManifest,
  {
    durationMs = 60_000,
    rules = RULES as { id: string; cameras: string[] | null }[],
    renamed = {},
    skipUnknown = false,
  } = {},
): Promise<ResolvedVideos> {
  expect(problems.map(formatProblem)).toEqual([]);
  return await resolveVideos(manifest!, {
    ...{ rules, renamed: new Map(Object.entries(renamed)), skipUnknown },
    factsOf: async (video) => {
      if (video.includes('missing')) return `${video}: no such file`;
      return { location: `/videos/${video}`, durationMs, fps: 30, size: { widthPx: 1200, heightPx: 900 } };
    },
    cameraIdsOf: (locations) => locations.map((_, i) => `camera-${i}`),
  });
}

const yaml = (text: string) => readYamlManifest(text, { file: 'm.yaml', env: {} });
const labelsOf = ({ videos }: ResolvedVideos) =>
  videos.map(({ labels }) => labels.map(({ ruleId, fromMs, toMs, size }) => [ruleId, fromMs, toMs, size]));

describe('labelled videos', () => {
  it('are read from YAML and from CSV alike', async () => {
    const typed = yaml(`rules: [fire, dog]
videos:
  - {video: a.mp4, camera: yard, labels: [{rule: fire, from: 10s, to: 20.5s, width_px: 59}]}
  - {video: b.mp4, fps: 2, start: "2026-05-01T20:00:00Z", labels: [{rule: dog, from: 1m, to: 60.5s, size: large}]}
  - {video: c.mp4}`);
    const listed = readCsvManifest(
      'video,Rule,from,to,size,camera\na.mp4,fire,10,20.5,59px,yard\n"b.mp4",dog,1m,60.5s,large,\nc.mp4,,,,,\n',
      'm.csv',
    );
    const [fromYaml, fromCsv] = [
      await resolved(typed, { durationMs: 61_000 }),
      await resolved(listed, { durationMs: 61_000 }),
    ];
    const expected = [[['fire', 10_000, 20_500, 'small']], [['dog', 60_000, 60_500, 'large']], []];
    expect([labelsOf(fromYaml), labelsOf(fromCsv)]).toEqual([expected, expected]);
    expect(fromYaml.ruleIds).toEqual(['fire', 'dog']);
    expect(fromYaml.videos.map(({ cameraId, fps, startTimeMs }) => [cameraId, fps, startTimeMs])).toEqual([
      ['yard', 1, null],
      ['camera-1', 2, Date.parse('2026-05-01T20:00:00Z')],
      ['camera-2', 1, null],
    ]);
  });

  it('are read from UCF-Crime: frame numbers, classes, and videos without anything', async () => {
    const text =
      'Abuse028_x264.mp4  Abuse  165  240  -1  -1  \nRoadAccidents1_x264  RoadAccidents  30  60  90  120\r\nNormal_Videos_003_x264  Normal  -1  -1  -1  -1\n';
    const read = await resolved(readUcfManifest(text, 'ucf.txt'));
    expect(labelsOf(read)).toEqual([
      [['abuse', 5500, 8000, null]],
      [
        ['road-accidents', 1000, 2000, null],
        ['road-accidents', 3000, 4000, null],
      ],
      [],
    ]);
    expect(read.ruleIds).toEqual(['abuse', 'road-accidents']);
    const renamed = await resolved(readUcfManifest(text, 'ucf.txt'), {
      renamed: { Abuse: 'dog' },
      rules: RULES.slice(0, 2),
      skipUnknown: true,
    });
    expect(labelsOf(renamed)).toEqual([[['dog', 5500, 8000, null]], [], []]);
    expect(renamed.skipped).toEqual(['RoadAccidents']);
  });

  it('are read from a list of VadCLIP and its file of frames: each video once, whatever crop is listed', async () => {
    const text =
      'path,label\n/f/Abuse/Abuse1_x264__0.npy,Abuse\n/f/Abuse/Abuse1_x264__1.npy,Abuse\n/f/N/Normal1_x264__0.npy,Normal\n';
    // A video of 1 s has 30 frames: 2 whole clips of 16 where the last is filled up.
    const frameTruth = new Float32Array(64).fill(1, 15, 30);
    const read = await resolved(readVadClipManifest(text, { file: 'l.csv', frameTruth }), {
      durationMs: 1000,
    });
    expect(read.problems.map(formatProblem)).toEqual([]);
    expect(labelsOf(read)).toEqual([[['abuse', 500, 1000, null]], []]);
    const short = await resolved(
      readVadClipManifest(text, { file: 'l.csv', frameTruth: frameTruth.subarray(1) }),
      { durationMs: 1000 },
    );
    expect(short.problems.map(formatProblem)).toEqual([
      'l.csv:1:1: the file of frames has 63 values, but these videos have 60 frames. List the videos that it was made of, in the same order; or use the file of temporal annotations.',
    ]);
  });
});

describe('what is wrong with labelled videos', () => {
  it.each([
    [
      'a video that is not there',
      'videos: [{video: missing.mp4}]',
      'm.yaml:1:18 videos[0].video: missing.mp4: no such file',
    ],
    [
      'a label past the end',
      'videos:\n  - video: a\n    labels: [{rule: fire, from: 50s, to: 70s}]',
      'm.yaml:3:14 videos[0].labels[0]: the label ends at 70.0 s, but the video is over at 60.0 s',
    ],
    [
      'a rule that is not there',
      'videos: [{video: a, labels: [{rule: fier, from: 1s, to: 2s}]}]',
      'm.yaml:1:30 videos[0].labels[0]: unknown rule "fier"; did you mean "fire"?. Say which rule it is with --map NAME=RULE, or leave such labels out with --skip-unknown.',
    ],
    [
      'labels that overlap',
      'videos:\n  - video: a\n    labels:\n      - {rule: fire, from: 5s, to: 9s}\n      - {rule: fire, from: 1s, to: 6s}\n      - {rule: dog, from: 1s, to: 6s}',
      'm.yaml:4:9 videos[0].labels[0]: overlaps the label of the same rule at m.yaml:5:9. Make one of the two: what lasts is one event.',
    ],
    [
      'a label of a rule whose labels are not said to be complete',
      'rules: [dog]\nvideos: [{video: a, labels: [{rule: fire, from: 1s, to: 2s}]}]',
      'm.yaml:2:30 videos[0].labels[0]: the rule "fire" is not among "rules". Add it there.',
    ],
  ])('is told with its place: %s', async (_, text, message) => {
    const { problems } = await resolved(yaml(text));
    expect(problems.map(formatProblem)).toEqual([message]);
  });

  it('is told of a rule that does not look at the camera', async () => {
    const read = yaml('videos: [{video: a, camera: yrad, labels: [{rule: fire, from: 1s, to: 2s}]}]');
    const { problems } = await resolved(read, { rules: [{ id: 'fire', cameras: ['yard'] }] });
    expect(problems.map(formatProblem)).toEqual([
      'm.yaml:1:44 videos[0].labels[0]: the rule "fire" does not look at the camera "yrad"; did you mean "yard"?. Give the video a "camera" of the rule, or take "cameras" from the rule.',
    ]);
  });

  it.each([
    ['no video', yaml('videos: []'), ['m.yaml:1:9 videos: expected at least one video, got none']],
    [
      'an end before the beginning',
      yaml('videos: [{video: a, labels: [{rule: fire, from: 2s, to: 2s}]}]'),
      ['m.yaml:1:57 videos[0].labels[0].to: expected a time after "from", got "2s"'],
    ],
    [
      'columns',
      readCsvManifest('video,rule,form,to\na,fire,1,2\n', 'm.csv'),
      [
        'm.csv:1:1: unknown column "form"; did you mean "from"?. The first line names the columns: video,rule,from,to and, where wanted, size and camera.',
        'm.csv:1:1: the column "from" is missing. The first line names the columns: video,rule,from,to and, where wanted, size and camera.',
      ],
    ],
    [
      'cells',
      readCsvManifest('video,rule,from,to,size\na,fire,x,2,\n\n,fire,1,2,\nb,,3,2,huge\n', 'm.csv'),
      [
        'm.csv:2:1 from: expected seconds, or a time such as "1.5m", got "x"',
        'm.csv:4:1 video: expected the name of a video, got nothing',
        'm.csv:5:1 rule: expected the id of a rule, got nothing',
        'm.csv:5:1 to: expected a time after "from", got "2"',
        'm.csv:5:1 size: expected "small", "medium", "large" or a width such as "60px", got "huge"',
      ],
    ],
    [
      'a line that is too short',
      readCsvManifest('video,rule,from,to\na,fire\n', 'm.csv'),
      [expect.stringMatching(/^m\.csv:2:1: not CSV: /)],
    ],
    [
      'no line',
      readCsvManifest('video,rule,from,to\n', 'm.csv'),
      ['m.csv:1:1: expected at least one video, got none'],
    ],
    [
      'annotations',
      readUcfManifest('a.mp4  Abuse  5\nb.mp4  Abuse  9  5\nc.mp4  Normal  1  5', 'u.txt'),
      [
        'u.txt:1:1: expected a video, its class and pairs of frame numbers, got "a.mp4  Abuse  5"',
        'u.txt:2:1: expected a last frame after the first (9), got 5',
        'u.txt:3:1: a video of the class "Normal" shows nothing, but has frames',
      ],
    ],
    [
      'a list without its frames',
      readVadClipManifest('path,label\na__0.npy,Abuse\n', { file: 'l.csv', frameTruth: null }),
      [
        expect.stringMatching(
          /^l\.csv:1:1: a list of VadCLIP does not say when something happens\. Name its file/,
        ),
      ],
    ],
  ])('is told with its line: %s', (_, { problems }, messages) => {
    expect(problems.map(formatProblem)).toEqual(messages);
  });
});

describe('a file of numpy', () => {
  /** As numpy.save writes it. */
  function npy(kind: string, shape: string, data: ArrayBufferView): Uint8Array {
    const dict = `{'descr': '${kind}', 'fortran_order': False, 'shape': ${shape}, }`;
    const header = `${dict.padEnd(117)}\n`;
    const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
    return Buffer.concat([start, Buffer.from(header, 'latin1'), new Uint8Array(data.buffer)]);
  }

  it('is read as numbers of any usual type', () => {
    expect([...readNpy(npy('<f4', '(3,)', Float32Array.of(0, 1, 0.5)), 'gt.npy')]).toEqual([0, 1, 0.5]);
    expect([...readNpy(npy('<i8', '(2,)', BigInt64Array.of(0n, 1n)), 'gt.npy')]).toEqual([0, 1]);
  });

  it.each([
    ['text', Buffer.from('frame,truth\n1,0\n'), /gt\.npy: not a file of numpy/],
    [
      'objects, which would have to be run',
      npy('|O', '(1,)', Uint8Array.of(0)),
      /expected numbers, got the type "\|O"/,
    ],
    ['a table', npy('<f4', '(1, 1)', Float32Array.of(0)), /expected one dimension/],
    ['half a file', npy('<f8', '(3,)', Float64Array.of(0)), /cut short/],
  ])('is refused where it is %s', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'gt.npy')).toThrow(message);
  });
});
