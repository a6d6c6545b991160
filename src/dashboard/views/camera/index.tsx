import { Page } from '../../parts/page.js';
import type { ViewProps } from '../../router.js';
import { words } from '../../words.js';

export function CameraView(_props: ViewProps) {
  return <Page title={words.views.camera}>…</Page>;
}
