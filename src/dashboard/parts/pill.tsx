/** A state in a word, with a dot in its colour. */
export function Pill({ kind, text }: { kind: string; text: string }) {
  return <span class={`pill ${kind}`}>{text}</span>;
}
