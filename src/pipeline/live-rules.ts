import type { Bus } from '../bus.js';
import { type Environment, formatProblem, loadRules, type RuleConfig, watchRules } from '../config/index.js';
import type { Embedder } from '../model/embedder.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { type LessonSource, openRuleBook, type RuleBook, teach } from './rule-book.js';

/** What {@link LiveRules} needs. */
export interface LiveRulesOptions {
  /** Rule files and folders. */
  paths: readonly string[];
  env: Environment;
  cameraIds: readonly string[];
  embedder: Embedder;
  /** What labels taught. */
  lessons: LessonSource;
  bus: Bus;
  logger: Logger;
}

/** The rules in force: read again whenever their files change, and left as they were while those are broken. */
export class LiveRules {
  readonly #options: LiveRulesOptions;
  #book: RuleBook;
  #problems: string[] = [];
  #reloading: Promise<void> = Promise.resolve();

  private constructor(options: LiveRulesOptions, book: RuleBook) {
    this.#options = options;
    this.#book = book;
  }

  /** @param rules as already loaded from `paths` */
  static async open(rules: readonly RuleConfig[], options: LiveRulesOptions): Promise<LiveRules> {
    return new LiveRules(
      options,
      await openRuleBook(
        rules.filter(({ enabled }) => enabled),
        options.embedder,
        options.lessons,
      ),
    );
  }

  get book(): RuleBook {
    // A model at a server may be reached only now, and be another one after an outage: other lessons hold then.
    if (this.#book.modelHash !== this.#options.embedder.describe().modelHash) this.relearn();
    return this.#book;
  }

  /** Takes over the lessons that are active now; the files are not read again. */
  relearn(): void {
    const { embedder, lessons } = this.#options;
    this.#book = teach(this.#book, { lessons, modelHash: embedder.describe().modelHash });
  }

  /** Why the newest files are not in force; empty: they are. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Begins to follow the files. */
  async follow(signal: AbortSignal): Promise<void> {
    const { paths, logger } = this.#options;
    await watchRules({
      paths,
      signal,
      onChange: () => {
        // One after the other: the last edit must win, however long the words of the one before take to embed.
        this.#reloading = this.#reloading.then(() => this.#reload());
      },
      onError: (error) => logger.error({ reason: messageOf(error) }, 'rule files are not watched any more'),
    });
  }

  async #reload(): Promise<void> {
    const { paths, env, cameraIds, embedder, lessons, bus, logger } = this.#options;
    try {
      const { rules, problems } = await loadRules(paths, { env, cameraIds });
      this.#problems = problems.map(formatProblem);
      if (rules)
        this.#book = await openRuleBook(
          rules.filter(({ enabled }) => enabled),
          embedder,
          lessons,
        );
    } catch (error) {
      this.#problems = [messageOf(error)];
    }
    for (const problem of this.#problems) logger.error({ problem }, 'rules not taken over');
    if (this.#problems.length === 0) logger.info({ rules: this.#book.rules.length }, 'rules taken over');
    bus.emit(
      'rules',
      this.#book.rules.map(({ id }) => id),
      this.#problems,
    );
  }
}
