export type { Cluster, Verdict } from './clusters.js';
export type { Contamination } from './contamination.js';
export type { Tail } from './gpd.js';
export { type Light, REGIMES, type Regime, RegimeDetector } from './regime.js';
export {
  type CalibratedScore,
  type CalibrationFrame,
  type CalibrationOutlook,
  type CalibrationReport,
  type CalibrationSummary,
  RuleCalibration,
  type RuleCalibrationOptions,
} from './rule-calibration.js';
export { SceneWatch } from './scene-change.js';
