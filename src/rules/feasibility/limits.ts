/** Something that no such model sees, in a phrase. */
export interface PhraseLimit {
  kind: 'counting' | 'space' | 'text' | 'detail' | 'intent';
  phrase: string;
  /** For people, without the full stop. */
  text: string;
}

const NUMBER = 'two|three|four|five|six|seven|eight|nine|ten|a dozen|\\d+';

/** What gives it away, and what to tell people. */
const LIMITS: readonly { kind: PhraseLimit['kind']; said: RegExp; why: string }[] = [
  {
    kind: 'counting',
    said: new RegExp(
      `\\b(${NUMBER}|more than|at least|at most|fewer than|less than|exactly|the number of)\\b`,
      'i',
    ),
    why: 'the model sees that there are some, not how many',
  },
  {
    kind: 'space',
    said: /\b(left of|right of|in front of|behind|next to|beside|between|above|below|underneath|on top of|close to|closer than|far from|away from|facing|towards?)\b/i,
    why: 'words of position hardly change what the model sees: draw a region or tiles instead',
  },
  {
    kind: 'text',
    said: /\b(licen[cs]e plates?|number plates?|plate number|labels?|that says|that reads|is written|lettering|serial number|bar ?codes?|qr codes?)\b/i,
    why: 'the model does not read small text',
  },
  {
    kind: 'detail',
    said: /\b(cracks?|scratch(es)?|hairline|dents?|loose (screw|bolt)s?|tiny|subtle|slightly)\b/i,
    why: 'what is a few pixels wide even in the finest tile is not seen',
  },
  {
    kind: 'intent',
    said: /\b(strangers?|intruders?|thie(f|ves)|burglars?|steal(s|ing)?|owners?|neighbours?|neighbors?|my|our|suspicious(ly)?|authori[sz]ed|trying to|wants? to|about to|on purpose)\b/i,
    why: 'the model knows no faces, names or intentions: say what is to be seen',
  },
];

/** What of a rule's words asks for more than pictures and words in one space can tell, phrase by phrase. Pure. */
export function limitsOf(phrases: readonly string[]): PhraseLimit[] {
  return phrases.flatMap((phrase) =>
    LIMITS.flatMap(({ kind, said, why }) => {
      const word = said.exec(phrase)?.[0];
      return word === undefined ? [] : [{ kind, phrase, text: `"${word}" in "${phrase}": ${why}` }];
    }),
  );
}
