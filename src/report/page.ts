import { escapeText } from './svg.js';

/** A part of a report. */
export interface ReportSection {
  title: string;
  /** Plain text below the title. */
  text: string;
  /** Markup that is already safe, such as a plot or {@link table}. */
  body: string;
  /** As wide as the page; else two may stand side by side. */
  isWide?: boolean;
}

/** A report as one file that needs nothing else. */
export function reportPage({
  title,
  lead,
  sections,
}: {
  title: string;
  lead: string;
  sections: readonly ReportSection[];
}): string {
  const parts = sections.map(
    (section) =>
      `<section${section.isWide ? ' class="wide"' : ''}><h2>${escapeText(section.title)}</h2><p>${escapeText(section.text)}</p>${section.body}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
<p class="lead">${escapeText(lead)}</p>
<main>${parts.join('\n')}</main>
</body>
</html>
`;
}

/** A table; all cells are plain text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2126; --soft: #5c636b; --line: #d9dde2; --back: #fff; --card: #f6f7f9 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa1a9; --line: #3a4048; --back: #15181c; --card: #1d2126 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 1040px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.05rem; margin: 0 0 .3rem }
p { color: var(--soft); margin: 0 0 .8rem } .lead { color: var(--ink); max-width: 75ch }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 1rem }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto }
section.wide { grid-column: 1 / -1 }
svg { width: 100%; height: auto; font-size: 12px } svg text { fill: var(--soft) } svg .grid { stroke: var(--line) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line) }
`;
