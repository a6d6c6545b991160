import { describe, expect, it } from 'vitest';
import { createLogger } from '../../telemetry/logger.js';
import { Circuit } from './circuit.js';
import { RemoteFailure } from './failure.js';
import { fromHalf, toHalf } from './half.js';
import { Slots } from './slots.js';

describe('16-bit numbers', () => {
  it('are read and written again as they were', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromHalf(bits);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
    }
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_519.99, 0x7bff],
    [65_520, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [2 ** -25 * 1.001, 1],
    [1 + 2 ** -11, 0x3c00], // a tie, to even
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000], // carries into the exponent
    [2 ** -14 - 2 ** -26, 0x0400], // carries out of the smallest ones
    [-0, 0x8000],
  ])('%f is %i', (value, bits) => expect(toHalf(value)).toBe(bits));
});

describe('the circuit', () => {
  const broken = new RemoteFailure('remote-unreachable', 'broken', { again: 'soon' });
  const fail = async () => {
    throw broken;
  };

  function open() {
    let ms = 0;
    const clock = { nowMs: () => ms };
    const circuit = new Circuit({ logger: createLogger({ level: 'silent' }), clock, random: () => 0.5 });
    const pass = (more: number) => {
      ms += more;
    };
    return { circuit, pass };
  }

  it('lets nothing through for longer and longer, and one call then', async () => {
    const { circuit, pass } = open();
    let calls = 0;
    const call = () =>
      circuit.run(async () => {
        calls++;
        throw broken;
      });
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const before = calls;
      const outcomes = await Promise.allSettled([call(), call(), call()]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
      expect(calls - before).toBe(1);
      pass(waitMs - 1);
      await expect(call()).rejects.toBe(broken);
      expect(calls - before).toBe(1);
      pass(1);
    }
  });

  it('waits as long as the server asks', async () => {
    const { circuit, pass } = open();
    const busy = new RemoteFailure('remote-failed', 'busy', { again: 'soon', retryAfterMs: 20_000 });
    await expect(circuit.run(() => Promise.reject(busy))).rejects.toBe(busy);
    pass(19_999);
    await expect(circuit.run(async () => 1)).rejects.toBe(busy);
    pass(1);
    expect(await circuit.run(async () => 1)).toBe(1);
  });

  it('tells calls under way when another one failed, and counts them as one failure', async () => {
    const { circuit, pass } = open();
    await circuit.run(async () => {});
    let finish = () => {};
    const slow = circuit.run(async ({ check }) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      check();
    });
    await expect(circuit.run(fail)).rejects.toBe(broken);
    finish();
    await expect(slow).rejects.toBe(broken);
    pass(1_000);
    expect(await circuit.run(async ({ isProbe, failures }) => [isProbe, failures])).toEqual([true, 1]);
    expect(await circuit.run(async ({ isProbe, failures }) => [isProbe, failures])).toEqual([false, 0]);
  });

  it('stays as it is when it is one picture that fails, also in a probe that found the server to work', async () => {
    const { circuit } = open();
    const strange = async ({ works }: { works: () => void }) => {
      works();
      throw new Error('strange');
    };
    await expect(circuit.run(strange)).rejects.toThrow('strange');
    await expect(circuit.run(strange)).rejects.toThrow('strange');
    expect(await circuit.run(async ({ isProbe }) => isProbe)).toBe(false);
  });
});

describe('the circuit of a server that answers small questions and fails at work', () => {
  it('still waits longer and longer', async () => {
    let ms = 0;
    const clock = { nowMs: () => ms };
    const circuit = new Circuit({ logger: createLogger({ level: 'silent' }), clock, random: () => 0.5 });
    const broken = new RemoteFailure('remote-failed', 'broken', { again: 'later' });
    for (const waitMs of [1_000, 2_000, 4_000]) {
      const call = circuit.run(async ({ works }) => {
        works();
        throw broken;
      });
      await expect(call).rejects.toBe(broken);
      ms += waitMs - 1;
      await expect(circuit.run(async () => {})).rejects.toBe(broken);
      ms += 1;
    }
  });
});

describe('slots', () => {
  it('refuse what comes when too much waits', async () => {
    const slots = new Slots(1);
    let finish = () => {};
    const first = slots.use(() => new Promise<void>((resolve) => (finish = resolve)));
    const waiting = Array.from({ length: 4096 }, () => slots.use(async () => {}));
    await expect(slots.use(async () => {})).rejects.toMatchObject({ code: 'model-overloaded' });
    finish();
    await Promise.all([first, ...waiting]);
  });
});
