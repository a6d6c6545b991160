import { Page } from '../../parts/page.js';
import { href, type ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { Matrix } from './matrix.js';
import { PairView } from './pair.js';
import { SystemPart } from './system.js';
import './health.css';
import './system.css';

/** How thresholds stand, and how the program does. */
export function HealthView({ path: [part, cameraId, ruleId], query }: ViewProps) {
  if (part === 'pair' && cameraId !== undefined && ruleId !== undefined)
    return <PairView key={`${cameraId}/${ruleId}`} cameraId={cameraId} ruleId={ruleId} />;
  const isSystem = part === 'system';
  return (
    <Page title={words.views.health} actions={<Tabs isSystem={isSystem} />} className="health">
      {isSystem ? (
        <SystemPart />
      ) : (
        <>
          <p class="lead">{words.calibration.what}</p>
          <Matrix query={query} />
        </>
      )}
    </Page>
  );
}

function Tabs({ isSystem }: { isSystem: boolean }) {
  const current = (is: boolean) => (is ? { 'aria-current': 'page' as const } : {});
  return (
    <nav class="tabs" aria-label={words.calibration.tabs}>
      <a class="button" href={href('health')} {...current(!isSystem)}>
        {words.calibration.tab}
      </a>
      <a class="button" href={href('health', ['system'])} {...current(isSystem)}>
        {words.system.tab}
      </a>
    </nav>
  );
}
