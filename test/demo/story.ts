// How the demo tells its story: lines that stay, and on a terminal one line below them that lives.
import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Where the story is written. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly columns: () => number;
  readonly write: (text: string) => void;
}

/** What can be told. */
export interface Story {
  /** A heading. */
  chapter(title: string): void;
  /** A line with a short tag in front; `at` is seconds since the chapter's start, shown when given. */
  tell(tag: Tag, text: string, at?: number): void;
  /** A plain line. */
  line(text: string): void;
  /** What is going on right now: the living line on a terminal, a line at each change elsewhere. */
  now(text: string): void;
  /** Seconds since the current chapter began. */
  seconds(): number;
  /** Takes the living line away. */
  end(): void;
}

/** Kinds of lines. */
export type Tag = 'broken' | 'seen' | 'done' | 'proof' | 'failed' | 'up' | 'note';

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const FRAME_MS = 120;

// By the screen alone: the environment of a pipeline asks for colours that nobody sees.
function paintOf(colors: Colors): Readonly<Record<Tag, (text: string) => string>> {
  const { yellow: broken, cyan: seen, blue: done, green, red: failed, dim: note } = colors;
  return { broken, seen, done, proof: green, failed, up: green, note };
}

/** A story on this screen. */
export function createStory(screen: Screen): Story {
  const colors = createColors(screen.isTerminal);
  const paint = paintOf(colors);
  let began = performance.now();
  const live = liveLine(screen, colors);
  const line = (text: string): void => live.above(`${text}\n`);
  const seconds = (): number => (performance.now() - began) / 1000;
  return {
    chapter: (title) => {
      began = performance.now();
      line('');
      line(colors.bold(title));
    },
    tell: (tag, text, at) => {
      const time = at === undefined ? '        ' : `+${at.toFixed(1)} s`.padStart(8);
      line(
        `${colors.dim(time)}  ${paint[tag](tag.padEnd(6))}  ${isDetail(tag) && screen.isTerminal ? fit(text, screen.columns()) : text}`,
      );
    },
    line,
    now: (text) => live.show(text, seconds()),
    seconds,
    end: () => live.end(),
  };
}

function isDetail(tag: Tag): boolean {
  return tag === 'seen' || tag === 'done';
}

const MARGIN = 18;
const NARROWEST = 40;

// A line that wraps hides the column of times.
function fit(text: string, columns: number): string {
  const room = Math.max(NARROWEST, columns - MARGIN);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

interface LiveLine {
  above(text: string): void;
  show(text: string, seconds: number): void;
  end(): void;
}

function liveLine(screen: Screen, colors: Colors): LiveLine {
  return screen.isTerminal ? terminalLine(screen, colors) : pipeLine(screen);
}

function pipeLine(screen: Screen): LiveLine {
  let last = '';
  return {
    above: (text) => screen.write(text),
    show: (text, seconds) => {
      if (text !== last) screen.write(`${`+${seconds.toFixed(1)} s`.padStart(8)}  ...     ${text}\n`);
      last = text;
    },
    end: () => undefined,
  };
}

function terminalLine(screen: Screen, colors: Colors): LiveLine {
  let shown: { readonly text: string; readonly since: number } | undefined;
  let frame = 0;
  const erase = (): void => screen.write('\r\u001B[2K');
  const paint = (): void => {
    if (shown === undefined) return;
    const seconds = shown.since + (performance.now() - paintedAt) / 1000;
    const text = `${SPINNER[frame % SPINNER.length]} ${seconds.toFixed(1).padStart(5)} s  ${shown.text}`;
    erase();
    screen.write(colors.dim(text.slice(0, Math.max(10, screen.columns() - 1))));
  };
  let paintedAt = performance.now();
  const timer = setInterval(() => {
    frame += 1;
    paint();
  }, FRAME_MS);
  timer.unref();
  return {
    above: (text) => {
      if (shown !== undefined) erase();
      screen.write(text);
      paint();
    },
    show: (text, seconds) => {
      paintedAt = performance.now();
      shown = { text, since: seconds };
      paint();
    },
    end: () => {
      clearInterval(timer);
      if (shown !== undefined) erase();
      shown = undefined;
    },
  };
}
