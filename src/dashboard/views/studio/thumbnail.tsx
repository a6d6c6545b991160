import { useState } from 'preact/hooks';
import { words } from '../../words.js';

/** A picture in small, or that there is none: pictures are kept for fewer moments than vectors, and for a shorter time. */
export function Thumbnail({ src, alt }: { src: string | null; alt: string }) {
  const [goneSrc, setGoneSrc] = useState<string | null>(null);
  if (src === null || src === goneSrc)
    return <span class="thumb none">{words.studio.outcome.noPicture}</span>;
  return <img class="thumb" src={src} alt={alt} loading="lazy" onError={() => setGoneSrc(src)} />;
}
