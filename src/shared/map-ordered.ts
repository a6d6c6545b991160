/**
 * Maps a stream with up to `concurrency` calls under way, results in the order of the input. The input is read no
 * further ahead than that, so a slow map slows the source.
 */
export async function* mapOrdered<In, Out>(
  input: AsyncIterable<In>,
  { concurrency, map }: { concurrency: number; map: (value: In) => Promise<Out> },
): AsyncGenerator<Out> {
  const iterator = input[Symbol.asyncIterator]();
  const underWay: Promise<Out>[] = [];
  let reading: Promise<IteratorResult<In>> | null = null;
  let ended = false;
  try {
    while (true) {
      if (!ended && underWay.length < concurrency) {
        reading ??= iterator.next();
        // A result that is ready must not wait for the source's next frame, which may be a second away.
        const next =
          underWay.length === 0 ? await reading : await Promise.race([reading, settled(underWay[0]!)]);
        if (next !== SETTLED) {
          reading = null;
          if (next.done) {
            ended = true;
          } else {
            const result = map(next.value);
            result.catch(() => {}); // reported when its turn comes
            underWay.push(result);
          }
          continue;
        }
      }
      const first = underWay.shift();
      if (first === undefined) return;
      yield await first;
    }
  } finally {
    reading?.catch(() => {});
    await iterator.return?.();
  }
}

const SETTLED = Symbol('settled');

async function settled(promise: Promise<unknown>): Promise<typeof SETTLED> {
  await promise.catch(() => {});
  return SETTLED;
}
