import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import { Turns } from '../shared/turns.js';
import type { Environment } from './environment.js';
import { type DiffLine, diffOf } from './line-diff.js';
import { findYamlFiles, isRulesFileName, loadRulesFrom, type RulesPath } from './load-rules.js';
import { displayPath } from './problem.js';
import { fileProblem, readText } from './read-text.js';
import { type DraftProblem, environmentOf, ofDraft, type RuleDraft, readDraft } from './rule-draft.js';
import { editRules, type RuleInText, rulesInText } from './rule-edit.js';
import { accessOf, type FileAccess, replaceFile, revisionOf } from './rule-file-access.js';
import type { RuleConfig } from './rule-schema.js';

/** What {@link RuleFiles} needs. */
export interface RuleFilesOptions {
  /** Of the config file; names of files begin there. Absolute. */
  folder: string;
  /** Rule files and folders of them, absolute. */
  paths: readonly string[];
  env: Environment;
  /** Ids of the cameras that rules may name. */
  cameraIds: readonly string[];
}

/** A rules file. */
export interface RuleFileInfo {
  /** Relative to the config file's folder. */
  file: string;
  /** Hash of its content. */
  revision: string;
  writable: boolean;
  /** Why it is not, for people; null: it is. */
  reason: string | null;
  /** Ids, in their order; switched off ones, too. */
  rules: string[];
}

/** A rule as its file has it. */
export interface RuleSource extends Omit<RuleFileInfo, 'rules'> {
  /** Its own lines. */
  text: string;
  /** Of the first of them, from 1. */
  line: number;
  draft: RuleDraft;
}

/** A rule that is to be saved. */
export interface SaveInput {
  /** As it is to be; null: it goes. */
  draft: unknown;
  /** As {@link RuleFileInfo} names it; or one that is to be made in a folder of rules. */
  file: string;
  /** That the draft was made from; null: the file is to be made. */
  revision: string | null;
  /** Id of the rule that the draft takes the place of; null: it is a new one. */
  replaces: string | null;
  /** Only tells what would change. */
  dryRun: boolean;
}

/** What was changed, or would be. */
export interface SavedRule {
  diff: DiffLine[];
  /** The rule's own lines now; empty: it is gone. */
  text: string;
  /** Of the file as it is on the disk now; null: it is not there. */
  revision: string | null;
}

/** Why nothing was saved. */
export interface SaveRefusal {
  code: 'invalid-rule' | 'conflict' | 'read-only' | 'not-found' | 'cannot-edit';
  message: string;
  /** Of `invalid-rule`. */
  problems?: DraftProblem[];
  /** Of `conflict`: the file as it is now, and the rule in it; nulls: they are gone. */
  current?: { revision: string | null; rule: RuleSource | null };
}

/** A file that was read. */
interface OpenFile {
  path: string;
  file: string;
  /** null: it is not there yet. */
  revision: string | null;
  /** Without the mark that some editors begin files with. */
  text: string;
  mark: string;
  access: FileAccess;
  /** null: it is not YAML. */
  rules: RuleInText[] | null;
}

const MARK = '\ufeff';
const NOT_YAML = 'it is not valid YAML: mend it by hand first';

/** The files that rules stand in, for those who edit rules elsewhere than in an editor. */
export class RuleFiles {
  readonly #options: RuleFilesOptions;
  /** One save after the other. */
  readonly #saves = new Turns();

  constructor(options: RuleFilesOptions) {
    this.#options = options;
  }

  /** All files, and which of them a new rule best goes into; null: none can be written. */
  async list(): Promise<{ files: RuleFileInfo[]; defaultFile: string | null }> {
    const files = (await this.#open()).map(infoOf);
    return { files, defaultFile: files.find(({ writable }) => writable)?.file ?? null };
  }

  /** A rule as typed; null: there is none of that id. */
  async source(id: string): Promise<RuleSource | null> {
    for (const file of await this.#open()) {
      const source = sourceIn(file, id);
      if (source) return source;
    }
    return null;
  }

  /** Reads a draft as it would be read in a file; what it refers to of the environment is what the files refer to, too. */
  async read(draft: unknown): Promise<ReturnType<typeof readDraft>> {
    const { env, cameraIds } = this.#options;
    const texts = (await this.#open()).map(({ text }) => text);
    return readDraft(draft, { env: environmentOf(texts, env), cameraIds });
  }

  /** Changes one rule in its file, or says what would change. Whoever follows the files takes it over as any other edit. */
  save(input: SaveInput): Promise<{ saved: SavedRule } | { refused: SaveRefusal }> {
    return this.#saves.take(() => this.#save(input));
  }

  async #save(input: SaveInput): Promise<{ saved: SavedRule } | { refused: SaveRefusal }> {
    const { draft, replaces, dryRun } = input;
    const files = await this.#open();
    const file = files.find((known) => known.file === input.file) ?? (await this.#newFile(input.file));
    if (!file) return refusal('not-found', `there is no rules file ${input.file}`);
    const sourceNow = replaces === null ? null : sourceIn(file, replaces);
    const current = { revision: file.revision, rule: sourceNow };
    if (file.revision !== input.revision) return conflict(file.file, current);
    if (file.rules === null) return refusal('cannot-edit', `${file.file}: ${NOT_YAML}`);
    if (file.access.reason !== null) return refusal('read-only', `${file.file}: ${file.access.reason}`);
    const env = environmentOf(
      files.map(({ text }) => text),
      this.#options.env,
    );
    const { problems: wrong = [] } =
      draft === null ? {} : readDraft(draft, { env, cameraIds: this.#options.cameraIds });
    if (wrong.length > 0) return invalid(wrong);
    const edited = edit(file, { draft: draft as Record<string, unknown> | null, replaces });
    if ('refused' in edited) return edited;
    const { text } = edited;
    const now = rulesInText(text);
    const index = now.findIndex(({ draft: { id } }) => id === (draft as RuleConfig | null)?.id);
    const problems = await this.#problemsOf(file, { text, index, env });
    if (problems.length > 0) return invalid(problems);
    const saved = { diff: diffOf(file.text, text), text: now[index]?.text ?? '', revision: file.revision };
    if (dryRun || text === file.text) return { saved };
    const whole = file.mark + text;
    if (await replaceFile(file.access.target, { text: whole, revision: file.revision }))
      return { saved: { ...saved, revision: revisionOf(whole) } };
    const [newest] = (await this.#open()).filter((other) => other.path === file.path);
    const rule = newest && replaces !== null ? sourceIn(newest, replaces) : null;
    return conflict(file.file, { revision: newest?.revision ?? null, rule });
  }

  /** What is wrong with all rules once a file has another text. */
  async #problemsOf(
    { path }: OpenFile,
    { text, index, env }: { text: string; index: number; env: Environment },
  ): Promise<DraftProblem[]> {
    const { cameraIds } = this.#options;
    const loaded = await loadRulesFrom(this.#paths(), { env, cameraIds, texts: new Map([[path, text]]) });
    if (loaded.rules?.some(({ enabled }) => enabled) === false)
      return [{ path: '', message: 'no rule would be left to watch for' }];
    return loaded.problems.map((problem) => ofDraft(problem, { file: displayPath(path), index }));
  }

  #paths(): RulesPath[] {
    return this.#options.paths.map((path) => ({
      path,
      problem: (message, hint) => fileProblem(path, message, hint),
    }));
  }

  async #open(): Promise<OpenFile[]> {
    const found = await Promise.all(
      this.#paths().map(async (place) => {
        const { files } = await findYamlFiles(place, 'rule');
        return files.map((path) => ({ path, folder: path === place.path ? null : place.path }));
      }),
    );
    const once = new Map(found.flat().map((entry) => [entry.path, entry]));
    const opened = await Promise.all([...once.values()].map((entry) => this.#read(entry)));
    return opened.filter((file) => file !== null);
  }

  async #read({ path, folder }: { path: string; folder: string | null }): Promise<OpenFile | null> {
    const { problem } = await readText(path, '');
    if (problem) return null;
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null) return null;
    const whole = bytes.toString('utf8');
    const mark = whole.startsWith(MARK) ? MARK : '';
    const text = whole.slice(mark.length);
    return {
      ...{ path, file: this.#nameOf(path), revision: revisionOf(bytes), text, mark },
      access: await accessOf(path, folder),
      rules: rulesOrNull(text),
    };
  }

  /** One that may be made: in a folder of rules, and named as rule files are. */
  async #newFile(name: string): Promise<OpenFile | null> {
    const path = resolve(this.#options.folder, name);
    const folder = this.#options.paths.find((known) => known === dirname(path));
    if (folder === undefined || !isRulesFileName(basename(path)) || this.#nameOf(path) !== name) return null;
    const access = await accessOf(path, folder);
    return { path, file: name, revision: null, text: '', mark: '', access, rules: [] };
  }

  #nameOf(path: string): string {
    return relative(this.#options.folder, path);
  }
}

function rulesOrNull(text: string): RuleInText[] | null {
  try {
    return rulesInText(text);
  } catch {
    return null;
  }
}

function infoOf(file: OpenFile): RuleFileInfo {
  const ids = (file.rules ?? []).map(({ draft }) => draft?.id).filter((id) => typeof id === 'string');
  return { file: file.file, revision: file.revision!, ...writabilityOf(file), rules: ids };
}

function sourceIn(file: OpenFile, id: string): RuleSource | null {
  const rule = file.rules?.find(({ draft }) => draft?.id === id);
  if (!rule) return null;
  const { text, line, draft } = rule;
  const { file: name, revision } = file;
  return { file: name, revision: revision!, ...writabilityOf(file), text, line, draft: draft as RuleDraft };
}

function writabilityOf({ access, rules }: OpenFile): { writable: boolean; reason: string | null } {
  const reason = rules === null ? NOT_YAML : access.reason;
  return { writable: reason === null, reason };
}

function edit(
  { text, file }: OpenFile,
  change: { draft: Record<string, unknown> | null; replaces: string | null },
): { text: string } | { refused: SaveRefusal } {
  try {
    return { text: editRules(text, change) };
  } catch (error) {
    const code = codeOf(error);
    if (!(error instanceof WordwatchError) || (code !== 'not-found' && code !== 'cannot-edit')) throw error;
    return refusal(code, `${file}: ${[messageOf(error), error.hint].filter(Boolean).join('. ')}`);
  }
}

function conflict(file: string, current: SaveRefusal['current'] & object): { refused: SaveRefusal } {
  const message = `${file} was changed meanwhile`;
  return { refused: { code: 'conflict', message, current } };
}

function invalid(problems: DraftProblem[]): { refused: SaveRefusal } {
  const [first] = problems as [DraftProblem];
  const message = [first.path, first.message].filter(Boolean).join(': ');
  return { refused: { code: 'invalid-rule', message, problems } };
}

function refusal(code: SaveRefusal['code'], message: string): { refused: SaveRefusal } {
  return { refused: { code, message } };
}
