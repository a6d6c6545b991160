import { escapeText } from '../../report/svg.js';
import { failuresOf, type TestResult } from './test.js';

/** Results as JUnit writes them, which continuous integration systems read: a suite for each file, a case for each test. */
export function junitXml(suites: readonly { file: string; results: readonly TestResult[] }[]): string {
  const body = suites.map(({ file, results }) => {
    const cases = results.map((result) => caseOf(result, file));
    const counts = `${countsOf(results)} time="${secondsOf(results)}"`;
    return `  <testsuite name="${attribute(file)}" ${counts}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  const all = suites.flatMap(({ results }) => results);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="wordwatch test" ${countsOf(all)} time="${secondsOf(all)}">\n${body.join('\n')}\n</testsuites>\n`;
}

function caseOf(result: TestResult, file: string): string {
  const open = `    <testcase classname="${attribute(file)}" name="${attribute(result.test.name)}" time="${secondsOf([result])}"`;
  if (result.passed) return `${open}/>`;
  const kind = result.error === null ? 'failure' : 'error';
  const [first = '', ...rest] = failuresOf(result);
  const text = escapeText(printable([first, ...rest].join('\n')));
  return `${open}>\n      <${kind} message="${attribute(first)}">${text}</${kind}>\n    </testcase>`;
}

function countsOf(results: readonly TestResult[]): string {
  const errors = results.filter(({ error }) => error !== null).length;
  const failed = results.filter(({ passed }) => !passed).length;
  return `tests="${results.length}" failures="${failed - errors}" errors="${errors}"`;
}

function secondsOf(results: readonly TestResult[]): string {
  return (results.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1000).toFixed(3);
}

function attribute(text: string): string {
  return escapeText(printable(text)).replaceAll('\n', '&#10;');
}

/** XML knows no other control characters, however they are written. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
