import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { settings } from '../data/settings.js';
import { cameraName, oldSeq, openEvents, ruleName } from '../data/state.js';
import { go, href } from '../router.js';
import { words } from '../words.js';

/** Tells of events that begin while the page is open: to screen readers always, by a tone or a notification if asked. */
export function Alerts() {
  const toldSeq = useRef(0);
  useSignalEffect(() => {
    const newest = openEvents.value.find(({ seq, phase }) => seq > oldSeq.value && phase === 'start');
    const { sound, notifications } = settings.peek();
    if (!newest || newest.seq <= toldSeq.current) return;
    toldSeq.current = newest.seq;
    if (sound) playTone(newest.severity === 'critical' ? 880 : 620);
    if (!notifications || !('Notification' in window) || Notification.permission !== 'granted') return;
    const { id, ruleId, cameraId } = newest;
    const title = words.announce(ruleName(ruleId), cameraName(cameraId));
    const note = new Notification(title, { tag: id, icon: '/favicon.svg' });
    note.onclick = () => {
      window.focus();
      go(href('events', [id]));
    };
  });
  const newest = openEvents.value.find(({ seq }) => seq > oldSeq.value);
  return (
    <p class="for-readers" role="status">
      {newest && words.announce(ruleName(newest.ruleId), cameraName(newest.cameraId))}
    </p>
  );
}

let audio: AudioContext | null = null;

/** Two short tones. A browser that wants a click first plays nothing. */
function playTone(frequencyHz: number): void {
  audio ??= new AudioContext();
  for (const [place, factor] of [1, 1.25].entries()) {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const startS = audio.currentTime + place * 0.18;
    tone.frequency.value = frequencyHz * factor;
    volume.gain.setValueAtTime(0.2, startS);
    volume.gain.exponentialRampToValueAtTime(0.001, startS + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(startS);
    tone.stop(startS + 0.18);
  }
}
