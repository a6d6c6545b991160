import type { ComponentChildren, CSSProperties } from 'preact';
import { useState } from 'preact/hooks';
import type { Box } from '../../shared/geometry.js';

/** A box in a picture. */
interface PictureBox {
  /** In parts of the picture's width and height. */
  box: Box;
  label?: string;
  kind?: 'hit' | '';
}

/** A picture with tiles drawn in it. Where it is gone, `children` are shown instead. */
export function TilePicture({
  src,
  alt,
  boxes = [],
  isLazy = true,
  children,
}: {
  src: string;
  alt: string;
  boxes?: readonly PictureBox[];
  isLazy?: boolean;
  children?: ComponentChildren;
}) {
  const [goneSrc, setGoneSrc] = useState<string | null>(null);
  if (goneSrc === src) return <span class="tile-picture gone">{children}</span>;
  return (
    <span class="tile-picture">
      <img src={src} alt={alt} loading={isLazy ? 'lazy' : 'eager'} onError={() => setGoneSrc(src)} />
      {boxes.map((box) => (
        <TileBox key={JSON.stringify(box)} {...box} />
      ))}
    </span>
  );
}

/** A tile in a picture. */
export function TileBox({ box, label, kind = 'hit' }: PictureBox) {
  return (
    <span class={`tile ${kind} ${box.y < 0.1 ? 'at-top' : ''}`} style={placed(box)} aria-hidden="true">
      {label && <span>{label}</span>}
    </span>
  );
}

/** Where a box lies, in per cent of what it lies in. */
export function placed({ x, y, w, h }: Box): CSSProperties {
  const percent = (part: number) => `${part * 100}%`;
  return { left: percent(x), top: percent(y), width: percent(w), height: percent(h) };
}

/** The shape of a picture, for styles that keep room for it. */
export function ratioOf({ widthPx, heightPx }: { widthPx: number; heightPx: number }): CSSProperties {
  return { '--ratio': String(widthPx / heightPx) } as CSSProperties;
}
