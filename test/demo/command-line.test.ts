import assert from 'node:assert/strict';
import { readCommandLine } from './command-line.ts';
import { screenOf } from './screen.ts';
import { SEED } from './settings.ts';

describe('readCommandLine', () => {
  const play = { negative: false, keep: false, seed: SEED };
  const cases = [
    { why: 'nothing asked', args: [], read: { kind: 'play', mode: play } },
    { why: 'all asked', args: ['--keep', '--seed=3'], read: { kind: 'play', mode: { ...play, keep: true, seed: 3 } } },
    { why: 'help', args: ['--help'], read: { kind: 'help' } },
    { why: 'help in short, whatever stands beside it', args: ['-h', '--keep'], read: { kind: 'help' } },
  ];
  for (const { why, args, read } of cases) it(why, () => assert.deepEqual(readCommandLine(args), read));

  const wrong = [
    { why: 'a seed is a number', args: ['--seed', 'x'], says: /--seed x: a whole number/ },
    { why: 'a misspelt option', args: ['--kep'], says: /--kep/ },
    { why: 'a word that belongs to nothing', args: ['keep'], says: /keep/ },
  ];
  for (const { why, args, says } of wrong) {
    it(`one sentence, no stack: ${why}`, () => {
      const read = readCommandLine(args);
      assert.ok(read.kind === 'wrong');
      assert.match(read.sentence, says);
    });
  }
});

describe('screenOf', () => {
  const cases = [
    { why: 'a terminal', tty: true, env: {}, terminal: true, colors: true },
    {
      why: 'NO_COLOR takes the colours, not the living line',
      tty: true,
      env: { NO_COLOR: '1' },
      terminal: true,
      colors: false,
    },
    { why: 'an empty NO_COLOR is none', tty: true, env: { NO_COLOR: '' }, terminal: true, colors: true },
    {
      why: 'a dumb terminal cannot take a line away',
      tty: true,
      env: { TERM: 'dumb' },
      terminal: false,
      colors: false,
    },
    { why: 'nobody sees colours in a pipe', tty: false, env: { FORCE_COLOR: '1' }, terminal: false, colors: false },
  ];
  for (const { why, tty, env, terminal, colors } of cases) {
    it(why, () => {
      const screen = screenOf({ isTTY: tty, columns: 80, write: () => undefined }, env);
      assert.deepEqual([screen.isTerminal, screen.hasColors], [terminal, colors]);
    });
  }
});
