import assert from 'node:assert/strict';
import { createStory } from './story.ts';

function told(isTerminal: boolean, tell: (story: ReturnType<typeof createStory>) => void): string {
  let text = '';
  const story = createStory({ isTerminal, columns: () => 80, write: (part) => (text += part) });
  tell(story);
  story.end();
  return text.replaceAll('\u001B[2K', '<erase>');
}

describe('story', () => {
  it('writes only plain lines into a pipe, and what is going on once until it changes', () => {
    const text = told(false, (story) => {
      for (const state of ['waiting', 'waiting', 'nearly']) story.now(state);
      story.tell('proof', 'done', 1.25);
    });
    assert.doesNotMatch(text, /<erase>|\r/);
    assert.equal(text.match(/waiting/g)?.length, 1);
    assert.match(text, /nearly/);
    assert.match(text, /\+1\.3 s\s+proof\s+done\n$/);
  });

  it('takes the living line away on a terminal before it writes one that stays', () => {
    const text = told(true, (story) => {
      story.now('waiting');
      story.line('stays');
    });
    assert.match(text, /waiting.*\r<erase>stays\n/s);
    assert.ok(text.endsWith('\r<erase>'));
  });
});
