// How the demo tells its story: lines that stay, and on a terminal one line below them that lives.
import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Where the story is written. */
export interface Screen {
  /** Whether a line can be taken away again. */
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  /** Zero or nothing where the screen does not know its width. */
  readonly columns: () => number | undefined;
  readonly write: (text: string) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Calls once after so many milliseconds, unless it is called off; keeps nobody alive. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** What can be told. */
export interface Story {
  /** A heading. */
  chapter(title: string): void;
  /** A line with a short tag in front; `at` is seconds since the chapter's start, shown when given. */
  tell(tag: Tag, text: string, at?: number): void;
  /** A plain line. */
  line(text: string): void;
  /** What is going on right now: the living line on a terminal; elsewhere a line when nothing else was written for some seconds. */
  now(text: string): void;
  /** Seconds since the current chapter began. */
  seconds(): number;
  /** Takes the living line away. */
  end(): void;
}

/** Kinds of lines. */
export type Tag = 'broken' | 'mended' | 'asked' | 'seen' | 'done' | 'proof' | 'failed' | 'up' | 'note';

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const FRAME_MS = 120;
const QUIET_MS = 5_000;

function paintOf(colors: Colors): Readonly<Record<Tag, (text: string) => string>> {
  const { yellow, cyan: seen, blue: done, green, red: failed, dim: note } = colors;
  return { broken: yellow, mended: yellow, asked: yellow, seen, done, proof: green, failed, up: green, note };
}

/** A story on this screen. */
export function createStory(screen: Screen): Story {
  const colors = createColors(screen.hasColors);
  const paint = paintOf(colors);
  let began = screen.now();
  const live = liveLine(screen, colors);
  const line = (text: string): void => live.above(`${text}\n`);
  const seconds = (): number => (screen.now() - began) / 1000;
  return {
    chapter: (title) => {
      began = screen.now();
      line('');
      line(colors.bold(title));
    },
    tell: (tag, text, at) => {
      const time = at === undefined ? '        ' : `+${at.toFixed(1)} s`.padStart(8);
      line(
        `${colors.dim(time)}  ${paint[tag](tag.padEnd(6))}  ${isDetail(tag) && screen.isTerminal ? fit(text, widthOf(screen)) : text}`,
      );
    },
    line,
    now: (text) => live.show(text, seconds),
    seconds,
    end: () => live.end(),
  };
}

function isDetail(tag: Tag): boolean {
  return tag === 'seen' || tag === 'done';
}

const MARGIN = 18;
const NARROWEST = 40;
const USUAL_WIDTH = 80;

// Under a recorder such as script(1) a terminal has no width.
function widthOf(screen: Screen): number {
  const columns = screen.columns() ?? 0;
  return columns > 0 ? columns : USUAL_WIDTH;
}

// A line that wraps hides the column of times.
function fit(text: string, columns: number): string {
  const room = Math.max(NARROWEST, columns - MARGIN);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

interface LiveLine {
  above(text: string): void;
  show(text: string, seconds: () => number): void;
  end(): void;
}

function liveLine(screen: Screen, colors: Colors): LiveLine {
  return screen.isTerminal ? terminalLine(screen, colors) : pipeLine(screen);
}

// Counts that change each second would bury what happens: what is going on is told when nothing else was for a while.
function pipeLine(screen: Screen): LiveLine {
  let wroteAt = Number.NEGATIVE_INFINITY;
  let last = '';
  let callOff = (): void => undefined;
  const write = (text: string): void => {
    callOff();
    wroteAt = screen.now();
    screen.write(text);
  };
  return {
    above: write,
    show: (text, seconds) => {
      callOff();
      if (text === last) return;
      callOff = screen.after(Math.max(0, wroteAt + QUIET_MS - screen.now()), () => {
        last = text;
        write(`${`+${seconds().toFixed(1)} s`.padStart(8)}  ...     ${text}\n`);
      });
    },
    end: () => callOff(),
  };
}

function terminalLine(screen: Screen, colors: Colors): LiveLine {
  let shown: { readonly text: string; readonly seconds: () => number } | undefined;
  let frame = 0;
  const erase = (): void => screen.write('\r\u001B[2K');
  const paint = (): void => {
    if (shown === undefined) return;
    const text = `${SPINNER[frame % SPINNER.length]} ${shown.seconds().toFixed(1).padStart(5)} s  ${shown.text}`;
    erase();
    screen.write(colors.dim(text.slice(0, Math.max(10, widthOf(screen) - 1))));
  };
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
      shown = { text, seconds };
      paint();
    },
    end: () => {
      clearInterval(timer);
      if (shown !== undefined) erase();
      shown = undefined;
    },
  };
}
