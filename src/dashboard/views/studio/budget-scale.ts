/** Ends of the slider, false alarms a day. */
export const LEAST = 0.1;
export const MOST = 20;

/** Where a budget lies on the slider, 0…1: each step is the same factor. Budgets beyond its ends lie at them. */
export function placeOf(perDay: number): number {
  const place = Math.log(perDay / LEAST) / Math.log(MOST / LEAST);
  return Math.min(1, Math.max(0, place));
}

/** The budget at a place, with two significant digits. */
export function perDayAt(place: number): number {
  return Number((LEAST * (MOST / LEAST) ** place).toPrecision(2));
}
