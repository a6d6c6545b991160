const COLOURS = 8;
const DASHES: (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

/** The look of a rule's line: with more rules than colours, the second eight are dashed, and so on. */
export function lookOf(place: number): { colour: string; dash: readonly number[] } {
  const round = Math.floor(place / COLOURS) % DASHES.length;
  return { colour: `--series-${(place % COLOURS) + 1}`, dash: DASHES[round]! };
}
