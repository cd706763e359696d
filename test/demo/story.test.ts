import assert from 'node:assert/strict';
import { createStory, type Screen, type Story } from './story.ts';

// A screen whose time passes only when told.
function fakeScreen(how: Partial<Screen>): { screen: Screen; text: () => string; pass: (ms: number) => void } {
  let now = 0;
  let written = '';
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const screen: Screen = {
    isTerminal: false,
    hasColors: false,
    columns: () => 80,
    write: (part) => (written += part),
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
    ...how,
  };
  return {
    screen,
    text: () => written.replaceAll('\u001B[2K', '<erase>'),
    pass: (ms) => {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
    },
  };
}

function told(how: Partial<Screen>, tell: (story: Story, pass: (ms: number) => void) => void): string {
  const { screen, text, pass } = fakeScreen(how);
  const story = createStory(screen);
  tell(story, pass);
  story.end();
  return text();
}

describe('story', () => {
  it('writes only plain lines into a pipe, and what is going on once until it changes', () => {
    const text = told({}, (story, pass) => {
      for (const state of ['waiting', 'waiting', 'nearly', 'nearly']) {
        story.now(state);
        pass(6_000);
      }
      story.tell('proof', 'done', 1.25);
    });
    assert.ok(!['<erase>', '\r', '\u001B'].some((sign) => text.includes(sign)));
    assert.equal(text.match(/waiting/g)?.length, 1);
    assert.equal(text.match(/nearly/g)?.length, 1);
    assert.match(text, /\+1\.3 s\s+proof\s+done\n$/);
  });

  it('is silent in a pipe about counts that change while other lines come', () => {
    const text = told({}, (story, pass) => {
      for (let count = 0; count < 8; count += 1) {
        story.now(`${count} of 8`);
        if (count % 4 === 0) story.tell('seen', 'a change');
        pass(1_000);
      }
    });
    assert.equal(text.match(/of 8/g), null);
  });

  it('tells in a pipe what goes on by itself when nothing else was told for five seconds', () => {
    const text = told({}, (story, pass) => {
      story.tell('up', 'something');
      story.now('starting the operator');
      pass(4_900);
      story.now('starting the operator');
      pass(200);
      story.now('starting the operator');
      pass(9_000);
    });
    assert.match(text, /something\n\s+\+5\.1 s\s+\.\.\.\s+starting the operator\n$/);
  });

  it('takes the living line away on a terminal before it writes one that stays', () => {
    const text = told({ isTerminal: true }, (story) => {
      story.now('waiting');
      story.line('stays');
    });
    assert.match(text, /waiting.*\r<erase>stays\n/s);
    assert.ok(text.endsWith('\r<erase>'));
  });

  const widths = [
    { why: 'a recorder has a terminal without a width', columns: 0 },
    { why: 'a stream may not say', columns: undefined },
  ];
  for (const { why, columns } of widths) {
    it(`takes a usual width: ${why}`, () => {
      const text = told({ isTerminal: true, columns: () => columns }, (story) => {
        story.now('x'.repeat(200));
        story.tell('seen', 'y'.repeat(200));
      });
      assert.equal(text.match(/x+/)?.[0].length, 80 - 1 - 11);
      assert.equal(text.match(/y+…/)?.[0].length, 80 - 18);
    });
  }

  it('a terminal without colours still has its living line', () => {
    const text = told({ isTerminal: true, hasColors: false }, (story) => {
      story.chapter('title');
      story.now('waiting');
    });
    assert.match(text, /waiting.*\r<erase>/s);
    assert.ok(!text.includes('\u001B'), 'no colour');
  });
});
