/** How many near misses stand side by side now. */
export function columnsOf(): number {
  const list = document.querySelector('.misses');
  return list ? getComputedStyle(list).gridTemplateColumns.split(' ').length : 1;
}
