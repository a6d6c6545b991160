import { randomUUID } from 'node:crypto';
import { isActive } from '../detect/active-hours.js';
import { RuleDetector, type Transition } from '../detect/rule-detector.js';
import type { Score } from '../rules/score.js';
import type { RuleBook, WatchRule } from './rule-book.js';

/** Hits on both sides of a longer hole in the footage do not confirm each other. */
export const MAX_GAP_MS = 30_000;

/** A step in the life of one rule's event. */
export interface RuleTransition {
  rule: WatchRule;
  transition: Transition;
}

/** A rule and where it stands. */
interface Watched {
  rule: WatchRule;
  /** How its scores are made: under another scoring, hits would not confirm each other. */
  scoring: string;
  detector: RuleDetector;
}

/** The event state machines of one camera, one a rule. They live on when other rules change. */
export class Detectors {
  readonly #timeZone: string | null;
  readonly #isMuted: (ruleId: string) => boolean;
  #book: RuleBook | null = null;
  readonly #detectors = new Map<string, Watched>();

  /**
   * @param timeZone of active hours; null: the footage's time of day is not known and rules are always active
   * @param isMuted asked at every frame: a muted rule raises nothing, and its open event ends
   */
  constructor(timeZone: string | null, isMuted: (ruleId: string) => boolean = () => false) {
    this.#timeZone = timeZone;
    this.#isMuted = isMuted;
  }

  /** Takes a rule book over, if it is another one. Events of rules that are gone, changed or scored otherwise end now. */
  adopt(book: RuleBook): RuleTransition[] {
    if (book === this.#book) return [];
    this.#book = book;
    const ended: RuleTransition[] = [];
    const rules = new Map(book.rules.map((rule) => [rule.id, rule]));
    for (const [id, entry] of this.#detectors) {
      if (!isSame(entry.rule, rules.get(id)) || entry.scoring !== book.taught.get(id)?.scoring) {
        ended.push(...close(entry));
        this.#detectors.delete(id);
      }
    }
    for (const rule of book.rules) {
      if (this.#detectors.has(rule.id)) continue;
      const detector = new RuleDetector({ ...rule.timing, maxGapMs: MAX_GAP_MS, newId: randomUUID });
      this.#detectors.set(rule.id, { rule, scoring: book.taught.get(rule.id)!.scoring, detector });
    }
    return ended;
  }

  /** Whether a rule watches at that time. */
  isWatching({ active }: Pick<WatchRule, 'active'>, atMs: number): boolean {
    return this.#timeZone === null || isActive(active, atMs, this.#timeZone);
  }

  /** Takes one frame's scores. */
  step(scores: readonly Score[]): RuleTransition[] {
    const transitions: RuleTransition[] = [];
    for (const score of scores) {
      const { rule, detector } = this.#detectors.get(score.ruleId)!;
      const transition = detector.step({
        atMs: score.atMs,
        ptsMs: score.ptsMs,
        score: score.score,
        threshold: score.threshold,
        thresholdState: score.thresholdState,
        expectedFalseAlarmsPerDay: score.expectedFalseAlarmsPerDay,
        probability: score.probability,
        tile: score.tile,
        active: this.isWatching(rule, score.atMs) && !this.#isMuted(rule.id),
      });
      if (transition) transitions.push({ rule, transition });
    }
    return transitions;
  }

  /** A moment at which nothing could be seen: open events stay as they are. @param blindSinceMs null: not for long yet */
  unseen(moment: { atMs: number; blindSinceMs: number | null }): RuleTransition[] {
    return [...this.#detectors.values()].flatMap(({ rule, detector }) => {
      const transition = detector.unseen(moment);
      return transition ? [{ rule, transition }] : [];
    });
  }

  /** Ends all open events: the footage is over. */
  close(): RuleTransition[] {
    return [...this.#detectors.values()].flatMap(close);
  }
}

function close({ rule, detector }: Watched): RuleTransition[] {
  const transition = detector.close();
  return transition ? [{ rule, transition }] : [];
}

function isSame(a: WatchRule, b: WatchRule | undefined): boolean {
  const text = (rule: WatchRule | undefined) =>
    JSON.stringify(rule, (_key, value) => (value instanceof Set ? [...value] : value));
  return text(a) === text(b);
}
