import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// The stages in the order in which a frame lives through them.
const FLOW = ['capture', 'tiling', 'model', 'rules', 'detect', 'store', 'publish', 'server'];
const PURE = ['tiling', 'rules', 'detect'];
const root = fileURLToPath(new URL('../src/', import.meta.url));

interface Import {
  file: string;
  stage: string;
  from: string;
  typesOnly: boolean;
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$/.test(file))
  .map((file) => ({ file, stage: file.split('/')[0]!, text: readFileSync(root + file, 'utf8') }));

const imports: Import[] = sources.flatMap(({ file, stage, text }) =>
  [...text.matchAll(/^(?:import|export)\s+(type\s)?([^;]*?)from '([^']+)'/gm)].map(
    ([, type, names, from]) => ({
      file,
      stage,
      from: from!,
      // `import { type A, type B }` brings in types only, too.
      typesOnly: type !== undefined || /^\{(\s*type \w+( as \w+)?,?)+\s*\}\s*$/.test(names!),
    }),
  ),
);

describe('the structure', () => {
  it('is read off at least all stages', () => {
    for (const stage of FLOW)
      expect(
        sources.some((source) => source.stage === stage),
        stage,
      ).toBe(true);
    expect(imports.length).toBeGreaterThan(100);
  });

  it('points along the flow: a stage imports those before it for their types only, those behind it not at all', () => {
    const wrong = imports.filter(({ stage, from, typesOnly }) => {
      const at = FLOW.indexOf(stage);
      const other = FLOW.indexOf(/^\.\.\/([a-z]+)\//.exec(from)?.[1] ?? '');
      if (at === -1 || other === -1) return false;
      // The event's schema is the one shape that all who send events share.
      if (from.endsWith('/detect/event.js') || from.endsWith('/rules/score.js')) return other > at;
      return other > at || !typesOnly;
    });
    expect(wrong.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
  });

  it('keeps I/O and clocks out of the pure stages', () => {
    const io = imports.filter(
      ({ stage, from }) => PURE.includes(stage) && (from.startsWith('node:') || from === 'sharp'),
    );
    expect(io.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
    const clocks = sources.filter(
      ({ stage, text }) =>
        PURE.includes(stage) && /Date\.now|new Date\(\)|performance\.now|Math\.random/.test(text),
    );
    expect(clocks.map(({ file }) => file)).toEqual([]);
  });

  it('reads arguments, the environment and signals in main.ts only', () => {
    const readers = sources.filter(
      ({ file, text }) => file !== 'main.ts' && /process\.(argv|env|on|once)\b/.test(text),
    );
    expect(
      readers.map(({ file }) => file).filter((file) => !file.startsWith('config/write-schemas')),
    ).toEqual([]);
  });

  it('keeps the styles of a view to itself: they stay with the page when another view is looked at', () => {
    const isStyle = (file: string) => /^dashboard\/views\/.*\.css$/.test(file);
    const styles = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(isStyle);
    expect(styles.length).toBeGreaterThan(10);
    const loose = styles.flatMap((file) =>
      readFileSync(root + file, 'utf8')
        .split('\n')
        // The camera's picture is shared; colours, names of movements and the full screen are of the whole page.
        .filter((line) => file !== 'dashboard/views/live/camera-picture.css' && /^[^\s}/]/.test(line))
        .filter((line) => !/^(\.in-[a-z-]+[ ,]|@keyframes |:root|:fullscreen )/.test(line))
        .map((line) => `${file}: ${line}`),
    );
    expect(loose).toEqual([]);
  });
});
