import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** The picture of an event or a moment in small. Pictures may be swept away before what they belong to: then, `children`. */
export function Snapshot({
  src,
  alt,
  children,
}: {
  /** null: there is none. */
  src: string | null;
  alt: string;
  children?: ComponentChildren;
}) {
  const [goneSrc, setGoneSrc] = useState<string | null>(null);
  if (src === null || src === goneSrc) return <span class="thumbnail">{children}</span>;
  // Decoded off the page's thread, so that scrolling goes on meanwhile.
  return (
    <img
      class="thumbnail"
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      onError={() => setGoneSrc(src)}
    />
  );
}
