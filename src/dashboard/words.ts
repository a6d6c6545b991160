import type { DetectionEvent } from '../detect/event.js';
import type { CameraInfo } from '../server/messages.js';
import type { HealthKind } from '../shared/camera-health.js';

/** Every word of the page, in one place for whoever translates it. */
export const words = {
  title: 'wordwatch',
  titleWithEvents: (count: number) => (count > 0 ? `(${count}) wordwatch` : 'wordwatch'),

  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost',
  lostSince: (ago: string) => `No word from the program for ${ago}: what you see is old. Trying again…`,
  camerasOnline: (online: number, all: number) => `${online} of ${all} cameras online`,
  modelIs: (name: string) => `Model ${name}`,

  demonstrationNotice: 'Demonstration model: it only demonstrates the program.',
  rulesBroken: 'Rules not taken over; the last good ones stay in force',
  problems: 'Not working',

  cameras: 'Cameras',
  noCameras: 'No cameras are configured.',
  cameraState: {
    connecting: 'connecting',
    online: 'online',
    offline: 'offline',
    ended: 'ended',
    blind: 'sees nothing',
    degraded: 'sees badly',
  } satisfies Record<CameraInfo['status']['state'] | 'blind' | 'degraded', string>,
  health: {
    offline: 'no connection',
    black: 'black picture',
    overexposed: 'overexposed picture',
    covered: 'lens covered',
    frozen: 'picture stands still',
    blurred: 'much less sharp than usual',
    slow: 'too few frames',
  } satisfies Record<HealthKind, string>,
  sinceTime: (time: string) => `since ${time}`,
  noPicture: 'No picture yet',
  noReason: 'no reason known',
  retryIn: (time: string) => `next try in ${time}`,
  pictureAge: (time: string) => `${time} old`,
  pictureOf: (camera: string, over: string[]) =>
    `Newest picture of ${camera}${over.length > 0 ? `. Over the threshold: ${over.join(', ')}` : ''}`,
  noRules: 'No rule watches this camera.',
  ruleWords: (when: string[], not: string[]) =>
    `Watches for: ${when.join('; ')}${not.length > 0 ? `\nNot for: ${not.join('; ')}` : ''}`,
  lineOf: (rule: string, camera: string) =>
    `Score of ${rule} on ${camera} over the last two minutes, against its threshold`,
  scoreOf: (score: string, threshold: string) => `score ${score}, threshold ${threshold}`,
  noScore: '–',

  events: 'Events',
  openNow: (count: number) => `${count} now`,
  noEvents: 'Nothing has happened yet. Events appear here as they are raised.',
  over: (start: string, lasted: string) => `${start} · ${lasted}`,
  open: (start: string, lasts: string) => `since ${start} · ${lasts}`,
  cameraBlind: 'camera sees nothing',
  severity: { info: 'info', warning: 'warning', critical: 'critical' },
  announce: (rule: string, camera: string) => `${rule} on ${camera}`,
  showEvent: (rule: string, camera: string) => `Details of ${rule} on ${camera}`,
  snapshotOf: (rule: string, camera: string) => `Snapshot of ${rule} on ${camera}`,
  noSnapshot: 'No snapshot',
  close: 'Close',
  facts: {
    camera: 'Camera',
    time: 'Time',
    score: 'Highest score',
    threshold: 'Threshold',
    falseAlarms: 'False alarms a day',
    probability: 'Probability',
    watchesFor: 'Watches for',
    id: 'Event',
  },

  thresholdIs: (threshold: string, state: string) => `${threshold} (${state})`,
  thresholdState: {
    fixed: 'fixed, without a promise',
    warming_up: 'still learning what is usual, without a promise',
    extrapolated: 'from this camera’s footage',
    certified: 'from this camera’s footage, certified',
  } satisfies Record<DetectionEvent['thresholdState'], string>,
  expected: (perDay: string) => `${perDay} expected at this threshold`,

  review: {
    question: 'Was it what the rule is for?',
    true: 'Yes',
    false: 'No',
    unsure: 'Unsure',
    noted: 'Noted.',
    moved: (before: string, after: string) => `Noted. The threshold is ${after} now, it was ${before}.`,
    failed: 'Not noted: the program does not answer, or your token may only look.',
  },

  token: 'Token',
  signIn: 'Sign in',
  signInWhy: 'This page needs a token from the configuration (server.token or server.tokens).',
  signInRefusals: {
    right: '',
    wrong: 'This is not the token.',
    'too-often': 'Too many wrong tokens from here. Try again in a minute.',
  },
  cannotSignIn: 'The program does not answer. Try again.',
};
