import { useState } from 'preact/hooks';

/** The picture of an event or a moment in small. Pictures may be swept away before what they belong to. */
export function Snapshot({
  id,
  of = 'events',
  alt,
}: {
  /** null: there is none. */
  id: string | null;
  of?: 'events' | 'moments';
  alt: string;
}) {
  const [isGone, setIsGone] = useState(false);
  if (id === null || isGone) return <span class="thumbnail" />;
  const src = `/api/${of}/${id}/snapshot`;
  // Decoded off the page's thread, so that scrolling goes on meanwhile.
  return (
    <img
      class="thumbnail"
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      onError={() => setIsGone(true)}
    />
  );
}
