import { calibrationRoutes } from './calibration-routes.js';
import { documentRoutes } from './document-routes.js';
import { eventRoutes } from './event-routes.js';
import { historyRoutes } from './history-routes.js';
import { lessonRoutes } from './lesson-routes.js';
import { operationsRoutes } from './operations-routes.js';
import { pastRoutes } from './past-routes.js';
import { previewRoutes } from './preview-routes.js';
import type { AnyRoute } from './route.js';
import { ruleFileRoutes } from './rule-file-routes.js';
import { searchRoutes } from './search-routes.js';
import { sessionRoutes } from './session-routes.js';
import { studioRoutes } from './studio-routes.js';
import { systemRoutes } from './system-routes.js';
import { tileRoutes } from './tile-routes.js';
import { watchRoutes } from './watch-routes.js';

/** Everything that can be asked for over HTTP, apart from the files of the page. */
export const ROUTES: readonly AnyRoute[] = [
  ...watchRoutes,
  ...tileRoutes,
  ...historyRoutes,
  ...calibrationRoutes,
  ...eventRoutes,
  ...pastRoutes,
  ...lessonRoutes,
  ...previewRoutes,
  ...ruleFileRoutes,
  ...studioRoutes,
  ...searchRoutes,
  ...sessionRoutes,
  ...documentRoutes,
  ...systemRoutes,
  ...operationsRoutes,
];
