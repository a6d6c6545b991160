import { describe, expect, it } from 'vitest';
import { codeImage, codeLength, codePhrase, decodeImage } from '../shared/dots/codes.js';
import { seededRandom } from './calibration/random.js';
import { CodedMargins } from './coded-margins.js';
import { BankLook, DraftMargins } from './draft-margins.js';
import { logMeanExp, tileMargins } from './margin.js';
import { normalisedMean } from './vectors.js';

const DIMENSION = 40;
const random = seededRandom(5);
const unit = () => normalisedMean([Float32Array.from({ length: DIMENSION }, () => random() - 0.5)]);

describe('margins of coded tiles', () => {
  it('are those of the vectors that the codes stand for, probes and all', () => {
    const set = {
      logitScale: 100,
      bank: Array.from({ length: 9 }, unit),
      rules: [
        { ruleId: 'plain', positive: unit(), negatives: [unit(), unit()], excludedFromBank: [2, 5] },
        { ruleId: 'alone', positive: unit(), negatives: [], excludedFromBank: [] },
        {
          ...{ ruleId: 'taught', positive: unit(), negatives: [unit()], excludedFromBank: [0] },
          probe: { weights: unit().map((value) => value * 3), bias: -1 },
        },
      ],
    };
    // More than are scored in one go.
    const codes = Array.from({ length: 150 }, () => codeImage(unit()));
    const all = new Int8Array(codes.length * DIMENSION);
    for (const [i, code] of codes.entries()) all.set(code, i * DIMENSION);
    const seen: number[] = [];
    new CodedMargins(set).score(all, (tile, margins) => {
      seen.push(tile);
      const expected = tileMargins(decodeImage(codes[tile]!), set);
      for (const [rule, margin] of margins.entries()) expect(margin).toBeCloseTo(expected[rule]!, 1);
    });
    expect(seen).toEqual([...codes.keys()]);
  });

  it('are the formula of the codes to the last digits, however far apart the logits are', () => {
    for (const logitScale of [1, 100, 3_000]) {
      const bank = Array.from({ length: 7 }, unit);
      const rule = { ruleId: 'fire', positive: unit(), negatives: [unit()], excludedFromBank: [] };
      const code = codeImage(unit());
      const logitOf = (phrase: Float32Array) => {
        const coded = codePhrase(phrase);
        const sum = code.reduce((total, value, k) => total + value * coded[k]!, 0);
        return (logitScale * sum) / (codeLength(code) * codeLength(coded));
      };
      const expected =
        logitOf(rule.positive) - logMeanExp([...rule.negatives, ...bank].map((phrase) => logitOf(phrase)));
      new CodedMargins({ logitScale, bank, rules: [rule] }).score(code, (_, [margin]) => {
        expect(Math.abs(margin! - expected)).toBeLessThan(1e-11 * logitScale);
      });
    }
  });

  it('are the very same where the bank was looked at before, whichever way they take', () => {
    for (const logitScale of [1, 100, 3_000]) {
      const bank = Array.from({ length: 9 }, unit);
      // What is most like a tile is often left out of the bank: then all the rest has to be added up.
      const rule = { ruleId: 'fire', positive: unit(), negatives: [unit()], excludedFromBank: [1, 2, 4, 6] };
      const probe = { weights: unit(), bias: 0.5 };
      const codes = new Int8Array(150 * DIMENSION);
      for (let i = 0; i < 150; i++)
        codeImage(i % 3 === 0 ? bank[4]! : unit(), codes.subarray(i * DIMENSION, (i + 1) * DIMENSION));
      for (const own of [rule, { ...rule, probe }]) {
        const set = { logitScale, bank, rules: [own] };
        const known = { top: new Float64Array(150), sum: new Float64Array(150) };
        new BankLook(set).look(codes, known, 0);
        const [again, into] = [new Float32Array(150), new Float32Array(150)];
        new DraftMargins(set).score(codes, known, { into, at: 0 });
        new CodedMargins(set).score(codes, (tile, [margin]) => {
          again[tile] = margin!;
        });
        expect(into).toEqual(again);
      }
    }
  });

  it('are none without rules and phrases', () => {
    new CodedMargins({ logitScale: 1, bank: [], rules: [] }).score(new Int8Array(8), () =>
      expect.unreachable(),
    );
  });
});
