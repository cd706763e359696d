// The operator's own scripts for guests: constant text, plain `sh`, systemctl and curl. What varies travels as arguments
// after `--` in one last line, and only after it passed a pattern that leaves nothing to quote.
import type { GuestQuestion } from './model.ts';

const UNIT = /^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,200}\.service$/;
const REFUSED_UNIT = /^(systemd-|rescue|emergency|debug-shell)/;
const HOST = /^[A-Za-z0-9.-]{1,80}$/;
const PATH = /^\/[A-Za-z0-9_./%?#&=!:@~+,-]{0,79}$/;

// Answers are `u <position> <enabled word> <active word>`: positions, so that nothing a guest prints is taken for a name.
const LOOK = `look() {
  number=0
  for unit in "$@"; do
    number=$((number + 1))
    enabled=$(systemctl is-enabled -- "$unit" 2>/dev/null) || :
    active=$(systemctl is-active -- "$unit" 2>/dev/null) || :
    printf 'u %s %s %s\\n' "$number" "\${enabled:--}" "\${active:--}"
  done
}
`;

const EACH = `each() {
  verb=$1; shift
  for unit in "$@"; do systemctl "$verb" -- "$unit" >/dev/null 2>&1 || :; done
}
`;

const SCRIPTS = {
  CheckUnits: `${LOOK}main() { shift; look "$@"; }\n`,
  EnableUnits: `${LOOK}${EACH}main() { shift; each enable "$@"; look "$@"; }\n`,
  EnableAndStartUnits: `${LOOK}${EACH}main() { shift; each enable "$@"; each start "$@"; look "$@"; }\n`,
  // -I instead of -X HEAD: with the latter curl waits for a body that never comes. No Host: curl's own, the address.
  RequestLocally: `main() {
  shift
  method=$1 host=$2 url=$3
  if [ "$method" = HEAD ]; then set -- -I; else set -- -X "$method"; fi
  if [ -n "$host" ]; then set -- "$@" -H "Host: $host"; fi
  code=$(curl -s -o /dev/null -w '%{http_code}' -m 5 "$@" "$url") || :
  printf 'h %s\\n' "\${code:--}"
}
`,
} as const;

/** The command for a question, or why it is refused: a unit, host, path or port that does not pass its pattern. */
export function scriptFor(
  question: GuestQuestion,
): { readonly kind: 'ok'; readonly script: string } | { readonly kind: 'refused'; readonly why: string } {
  const args = question.kind === 'RequestLocally' ? requestArguments(question.request) : unitArguments(question.units);
  if (typeof args === 'string') return { kind: 'refused', why: args };
  const line = ['main', '--', ...args.map((argument) => `'${argument}'`)].join(' ');
  return { kind: 'ok', script: `${SCRIPTS[question.kind]}${line}\n` };
}

function unitArguments(units: readonly string[]): readonly string[] | string {
  const bad = units.find((unit) => !UNIT.test(unit) || REFUSED_UNIT.test(unit));
  if (bad !== undefined) return `${JSON.stringify(bad)} is no unit that may be named`;
  return units.length === 0 ? 'no unit is named' : units;
}

function requestArguments(request: GuestQuestion['request']): readonly string[] | string {
  if (request === undefined) return 'no request is named';
  const { method, host, port, path } = request;
  if (host !== '' && !HOST.test(host)) return `${JSON.stringify(host)} is no host name`;
  if (!PATH.test(path)) return `${JSON.stringify(path)} is no path`;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return `${port} is no port`;
  return [method, host, `http://127.0.0.1:${port}${path}`];
}
