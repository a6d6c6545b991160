/**
 * A stream, with a null whenever nothing has come of it for `periodMs`: whoever reads it notices that time goes by.
 * @param stop called when the reader wants no more; it must end the stream, which may be silent for ever
 */
export async function* withTicks<T>(
  values: AsyncIterable<T>,
  { periodMs, stop }: { periodMs: number; stop: () => void },
): AsyncGenerator<T | null> {
  const iterator = values[Symbol.asyncIterator]();
  let reading = iterator.next();
  try {
    while (true) {
      const next = await orTick(reading, periodMs);
      if (next === null) {
        yield null;
        continue;
      }
      if (next.done) return;
      yield next.value;
      reading = iterator.next();
    }
  } finally {
    stop();
    reading.catch(() => {}); // the reader is gone, or was told
    await iterator.return?.();
  }
}

async function orTick<T>(reading: Promise<T>, periodMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const tick = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), periodMs);
  });
  try {
    return await Promise.race([reading, tick]);
  } finally {
    clearTimeout(timer);
  }
}
