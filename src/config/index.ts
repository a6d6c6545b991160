export { type CameraConfig, type Config, ConfigFile } from './config-schema.js';
export type { Environment } from './environment.js';
export { type LoadedConfig, loadConfig } from './load-config.js';
export { type LoadedRules, type LoadRulesOptions, loadRules } from './load-rules.js';
export { formatPlace, formatProblem, type Place, type Problem } from './problem.js';
export { Remote } from './remote-schema.js';
export { RuleConfig, RulesFile, withoutEffect } from './rule-schema.js';
export { type WatchRulesOptions, watchRules } from './watch.js';
