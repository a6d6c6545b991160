import { signal } from '@preact/signals';

/** Views of the page, by their names in its address. */
const VIEWS = ['live', 'camera', 'events', 'near-misses', 'studio', 'search', 'health'] as const;
export type ViewName = (typeof VIEWS)[number];

/** Where the page is: `#/view/path?query`. */
interface Route {
  view: ViewName;
  /** Segments behind the view's name. */
  path: readonly string[];
  query: URLSearchParams;
}

/** What every view is given. */
export type ViewProps = Pick<Route, 'path' | 'query'>;

/** Values of a query; undefined and empty ones are left out. */
export type QueryValues = Readonly<Record<string, string | number | null | undefined>>;

export const route = signal<Route>(parseRoute(location.hash));

/** Where the page is, as the browser spells it. */
let here = location.hash;
let held: ((address: string) => void) | null = null;

addEventListener('hashchange', () => {
  const wanted = location.hash;
  if (held && wanted !== here) {
    history.pushState(null, '', here || '#');
    held(wanted);
    return;
  }
  here = wanted;
  route.value = parseRoute(wanted);
});

/**
 * Keeps the page where it is as long as something would be lost by leaving.
 * @param ask told of the address that somebody wants to go to; {@link go} takes them there once this is over
 * @returns what ends it
 */
export function holdRoute(ask: (address: string) => void): () => void {
  held = ask;
  return () => {
    if (held === ask) held = null;
  };
}

/** Reads an address. What is no view is the first one. */
function parseRoute(hash: string): Route {
  const [place = '', query = ''] = split(hash.replace(/^#\/?/, ''), '?');
  const [name, ...path] = place.split('/').map(decoded);
  const view = VIEWS.find((known) => known === name) ?? 'live';
  return { view, path: path.filter((segment) => segment !== ''), query: new URLSearchParams(query) };
}

/** The address of a view, for links. */
export function href(view: ViewName, path: readonly string[] = [], query: QueryValues = {}): string {
  return withQuery(`#/${[view, ...path.map(encodeURIComponent)].join('/')}`, query);
}

/** A path with a query. */
export function withQuery(path: string, values: QueryValues): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Goes to an address made by {@link href}. */
export function go(address: string): void {
  location.hash = address;
}

/** Changes the query of where the page is, without a step in the browser's history: for filters. */
export function replaceQuery(query: QueryValues): void {
  const { view, path } = route.peek();
  const address = href(view, path, query);
  history.replaceState(null, '', address);
  here = location.hash;
  route.value = parseRoute(address);
}

/** Into two at the first of a sign. */
function split(text: string, sign: string): [string, string?] {
  const at = text.indexOf(sign);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Anybody can write an address: what cannot be decoded stays as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
