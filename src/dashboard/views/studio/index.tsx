import { useReloadOn, useResource } from '../../data/resource.js';
import { cameraName, rules } from '../../data/state.js';
import { Page } from '../../parts/page.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { href, type ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { draftOfQuery, tileOf } from './draft.js';
import { Editor } from './editor.js';
import { RuleList } from './rule-list.js';
import type { RuleFileList, RuleSource } from './studio-api.js';
import './studio.css';
import './words.css';
import './saving.css';
import './fields.css';
import './outcome.css';
import './live-preview.css';

/** Links that begin a new rule say at least one of these. */
const BEGINNINGS = ['new', 'words', 'not', 'camera', 'tile'];

/** Rules: all of them, one of them, or a new one. */
export function StudioView({ path: [id], query }: ViewProps) {
  if (id !== undefined) return <ExistingRule key={id} id={id} />;
  if (BEGINNINGS.some((name) => query.has(name))) return <NewRule key={query.toString()} query={query} />;
  return <RuleList />;
}

function ExistingRule({ id }: { id: string }) {
  const text = words.studio;
  const { value, error, reload } = useResource<RuleSource>(`/api/rules/${encodeURIComponent(id)}/source`);
  // A file that is changed, here or elsewhere, is told as new rules.
  useReloadOn(rules.value, reload);
  if (value) return <Editor initial={value.draft} source={value} files={null} onSaved={reload} />;
  return (
    <Page title={text.editRule(id)}>
      {error?.status === 404 ? (
        <Empty>
          <p>{text.noSuchRule(id)}</p>
          <a href={href('studio')}>{text.back}</a>
        </Empty>
      ) : error ? (
        <Failure error={error} retry={reload} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function NewRule({ query }: { query: URLSearchParams }) {
  const { value, error, reload } = useResource<RuleFileList>('/api/rule-files');
  const tile = tileOf(query.get('tile'));
  const hint = tile ? words.studio.fromTile(cameraName(tile.cameraId)) : undefined;
  if (value)
    return (
      <Editor initial={draftOfQuery(query)} source={null} files={value} hint={hint} onSaved={() => {}} />
    );
  return (
    <Page title={words.studio.newRule}>{error ? <Failure error={error} retry={reload} /> : <Loading />}</Page>
  );
}
