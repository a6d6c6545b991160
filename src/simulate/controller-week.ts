import { SimulatedCamera } from './simulated-camera.js';
import { Alarms, calibrationOf, DAY_HOURS, play } from './watch.js';

const CALIBRATION_HOURS = 6;
const DAYS = 7;

export interface ControllerWeek {
  budgetPerDay: number;
  /** False alarms a day, averaged over the cameras, for each day of the week. */
  perDay: number[];
}

/** Runs cameras for a week after 6 h of footage, the controller fed with the alarms of the real detector. */
export function controllerWeek({
  cameras,
  budgetPerDay,
  onCamera,
}: {
  cameras: number;
  budgetPerDay: number;
  onCamera: () => void;
}): ControllerWeek {
  const perDay = new Array<number>(DAYS).fill(0);
  for (let seed = 0; seed < cameras; seed++) {
    const camera = new SimulatedCamera(20_000 + seed);
    const calibration = calibrationOf({ budgetPerDay, adapt: true });
    play(camera, { calibration, hours: CALIBRATION_HOURS });
    const alarms = new Alarms();
    for (let day = 0; day < DAYS; day++) {
      play(camera, { calibration, hours: DAY_HOURS }, ({ score, threshold }, atMs) => {
        if (!alarms.step(atMs, score, threshold)) return;
        calibration.alarm({ eventId: `${alarms.count}` });
        perDay[day]! += 1 / cameras;
      });
    }
    onCamera();
  }
  return { budgetPerDay, perDay };
}
