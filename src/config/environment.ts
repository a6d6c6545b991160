/** Names and values of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

// In `{token: ${TOKEN}}` YAML would take the braces for a mapping. They are swapped for characters of Unicode's private
// use area before parsing, one for one, so that every position in the file stays what it was.
const OPEN = '\ue000';
const CLOSE = '\ue001';
const TYPED = /\$\{([^{}\s"']*)\}/g;
const REFERENCE = new RegExp(`(\\$?)\\$[${OPEN}{]([^{}${OPEN}${CLOSE}]*)[${CLOSE}}]`, 'g');

/** Makes `${NAME}` safe from the YAML parser, wherever it stands. */
export function shieldReferences(yamlText: string): string {
  return yamlText.replace(TYPED, (_, name: string) => `$${OPEN}${name}${CLOSE}`);
}

/** The text as the user typed it. */
export function unshield(text: string): string {
  return text.replaceAll(OPEN, '{').replaceAll(CLOSE, '}');
}

/** A text with its references replaced. */
export interface Substitution {
  text: string;
  /** Whether anything in `text` came from the environment and must not be shown. */
  substituted: boolean;
  /** Names that are not set, each once; a reference that is no name stands here as typed. */
  missing: string[];
}

/** Replaces `${NAME}` by the variable's value; `$${NAME}` is the text `${NAME}` itself. Values are not searched again. */
export function substitute(shielded: string, env: Environment): Substitution {
  const missing = new Set<string>();
  let substituted = false;
  const text = shielded.replace(REFERENCE, (_, escaping: string, name: string) => {
    if (escaping !== '') return `\${${name}}`;
    const value = /^[A-Za-z_]\w*$/.test(name) ? env[name] : undefined;
    if (typeof value !== 'string') missing.add(name);
    else substituted = true;
    return value ?? '';
  });
  return { text, substituted, missing: [...missing] };
}

/** Names of the variables that a text refers to, each once. */
export function referencesIn(text: string): string[] {
  const found = [...shieldReferences(text).matchAll(REFERENCE)].filter(([, escaping]) => escaping === '');
  return [...new Set(found.map(([, , name]) => name!))];
}
