import type { CameraInfo } from '../../server/messages.js';
import { isBlind } from '../../shared/camera-health.js';

/** How a camera stands, in one word: its connection or, where that is fine, whether it sees. */
export function cameraStateOf({
  state,
  health,
}: CameraInfo['status']): CameraInfo['status']['state'] | 'blind' | 'degraded' {
  if (state !== 'online' || !health) return state;
  return isBlind(health) ? 'blind' : 'degraded';
}
