import { Page } from '../../parts/page.js';
import type { ViewProps } from '../../router.js';
import { words } from '../../words.js';

export function NearMissesView(_props: ViewProps) {
  return <Page title={words.views['near-misses']}>…</Page>;
}
