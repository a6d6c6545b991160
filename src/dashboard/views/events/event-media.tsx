import { useState } from 'preact/hooks';
import type { EventDetail } from '../../../server/api/past-schemas.js';
import { cameraName, ruleName } from '../../data/state.js';
import { TilePicture } from '../../parts/tile-picture.js';
import { words } from '../../words.js';

const text = words.history;

/** The snapshot, in which the winning tile is framed, or the clip. */
export function EventMedia({ detail: { event, hasSnapshot, clip } }: { detail: EventDetail }) {
  const [isClip, setIsClip] = useState(false);
  const [rule, camera] = [ruleName(event.ruleId), cameraName(event.cameraId)];
  const showsClip = clip === 'there' && (isClip || !hasSnapshot);
  return (
    <section class="card media" aria-label={showsClip ? text.clip : text.snapshot}>
      {showsClip ? (
        <video
          src={`/api/events/${event.id}/clip`}
          controls
          autoPlay
          muted
          loop
          playsInline
          aria-label={text.clipOf(rule, camera)}
        />
      ) : hasSnapshot ? (
        <TilePicture
          src={`/api/events/${event.id}/snapshot`}
          alt={words.snapshotOf(rule, camera)}
          isLazy={false}
        >
          {words.noSnapshot}
        </TilePicture>
      ) : (
        <span class="tile-picture gone">{words.noSnapshot}</span>
      )}
      {clip !== null && (
        <div class="switch">
          <button
            type="button"
            aria-pressed={!showsClip}
            disabled={!hasSnapshot}
            onClick={() => setIsClip(false)}
          >
            {text.snapshot}
          </button>
          <button
            type="button"
            aria-pressed={showsClip}
            disabled={clip === 'coming'}
            onClick={() => setIsClip(true)}
          >
            {text.clip}
          </button>
          {clip === 'coming' && <span class="soft">{text.clipComing}</span>}
        </div>
      )}
    </section>
  );
}
