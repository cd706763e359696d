// The commands a guest's scripts find on their PATH: small sh programs over the files of the guest's own state folder,
// built-ins only, so that nothing of the machine the emulator runs on is reached through them.
import { CURL, WGET } from './guest-stubs-http.ts';
import { SYSTEMCTL } from './guest-stubs-systemctl.ts';

/** What every stub begins with; S is the state folder beside the folder of stubs. */
const PRELUDE = `#!/bin/sh
S=\${0%/bin/*}/state
me=\${0##*/}
die() { echo "$me: $1" >&2; exit "\${2:-1}"; }
`;

// Sleeping moves the guest's own time on and costs no real time; past the command's time limit everything is killed,
// as the agent would.
const SLEEP = `total=0
for a in "$@"; do
  case $a in *d) k=86400 a=\${a%d} ;; *h) k=3600 a=\${a%h} ;; *m) k=60 a=\${a%m} ;; *) k=1 a=\${a%s} ;; esac
  case $a in *[!0-9.]*|''|*.*.*|.) die "invalid time interval '$a'" ;; esac
  whole=\${a%%.*}; frac=; case $a in *.*) frac=\${a#*.} ;; esac
  frac=\${frac}000; while [ \${#frac} -gt 3 ]; do frac=\${frac%?}; done
  while [ \${#frac} -gt 1 ]; do case $frac in 0*) frac=\${frac#0} ;; *) break ;; esac; done
  while [ \${#whole} -gt 1 ]; do case $whole in 0*) whole=\${whole#0} ;; *) break ;; esac; done
  [ \${#whole} -gt 9 ] && whole=999999999
  total=$((total + (\${whole:-0} * 1000 + frac) * k))
done
[ $# -gt 0 ] || die 'missing operand'
read -r elapsed < "$S/elapsed"; read -r limit < "$S/limit"
echo $((elapsed + total)) > "$S/elapsed"
[ $((elapsed + total)) -lt "$limit" ] || { : > "$S/timeout"; kill -9 0; }
`;

const UPTIME = `read -r boot < "$S/boot"; read -r bootms < "$S/bootms"; read -r now < "$S/now"; read -r elapsed < "$S/elapsed"
case \${1-} in
  -s|--since) echo "$boot" ;;
  '') up=$(((now + elapsed - bootms) / 60000)); echo " up $((up / 60)):$((up % 60)),  0 users,  load average: 0.00, 0.00, 0.00" ;;
  *) die "this guest knows -s only" ;;
esac
`;

const UNAME = `read -r host < "$S/host"
[ $# -gt 0 ] || set -- -s
case $1 in
  -s) echo Linux ;; -n) echo "$host" ;; -m|-p|-i) echo x86_64 ;; -r) echo 5.10.134-16.3.al8.x86_64 ;; -o) echo GNU/Linux ;;
  -a) echo "Linux $host 5.10.134-16.3.al8.x86_64 #1 SMP x86_64 GNU/Linux" ;;
  *) die "this guest does not know $1" ;;
esac
`;

const HOSTNAME = `case \${1-} in -I|-i) read -r it < "$S/ip" ;; ''|-s|-f) read -r it < "$S/host" ;; *) die 'the name is given from outside' ;; esac
echo "$it"
`;

const DATE = `while [ "\${1-}" = -u ]; do shift; done
case \${1-} in
  +%s) read -r now < "$S/now"; read -r elapsed < "$S/elapsed"; echo $(((now + elapsed) / 1000)) ;;
  *) die 'this guest knows +%s only' ;;
esac
`;

const CAT = `[ $# -gt 0 ] || set -- -
for f in "$@"; do
  [ "$f" = - ] || { [ -r "$f" ] && [ ! -d "$f" ]; } || die "$f: No such file or directory"
  if [ "$f" = - ]; then
    while IFS= read -r line; do printf '%s\\n' "$line"; done; [ -z "$line" ] || printf %s "$line"
  else
    { while IFS= read -r line; do printf '%s\\n' "$line"; done; [ -z "$line" ] || printf %s "$line"; } < "$f"
  fi
done
`;

const GREP = `quiet= not= count= whole= fixed= pattern= given=
while [ $# -gt 0 ]; do
  case $1 in
    -e) pattern=$2; given=1; shift ;;
    --) shift; break ;;
    --quiet) quiet=1 ;;
    -?*) f=\${1#-}; while [ -n "$f" ]; do r=\${f#?}; case \${f%"$r"} in
      q) quiet=1 ;; v) not=1 ;; c) count=1 ;; x) whole=1 ;; F) fixed=1 ;; s|E|w) ;; *) die "this guest does not know $1" 2 ;; esac; f=$r; done ;;
    *) break ;;
  esac
  shift
done
[ -n "$given" ] || { [ $# -gt 0 ] || die 'no pattern' 2; pattern=$1; shift; }
head='*' tail='*'
if [ -z "$fixed" ]; then
  case $pattern in '^'*) head=; pattern=\${pattern#^} ;; esac
  case $pattern in *'$') tail=; pattern=\${pattern%\\$} ;; esac
  case $pattern in *[][*\\\\?+\\|\\(\\)]*) die 'this guest knows plain text with ^ and $ only' 2 ;; esac
fi
[ -z "$whole" ] || head= tail=
n=0
scan() {
  while IFS= read -r line || [ -n "$line" ]; do
    hit=
    case $head$tail in
      '**') case $line in *"$pattern"*) hit=1 ;; esac ;;
      '*') if [ -n "$head" ]; then case $line in *"$pattern") hit=1 ;; esac; else case $line in "$pattern"*) hit=1 ;; esac; fi ;;
      *) [ "$line" = "$pattern" ] && hit=1 ;;
    esac
    [ -z "$not" ] || { [ -n "$hit" ] && hit= || hit=1; }
    [ -n "$hit" ] || continue
    n=$((n + 1))
    [ -n "$quiet$count" ] || printf '%s\\n' "$line"
  done
}
if [ $# -eq 0 ]; then scan; else for f in "$@"; do [ -r "$f" ] || die "$f: No such file or directory" 2; scan < "$f"; done; fi
[ -z "$count" ] || echo "$n"
[ "$n" -gt 0 ]
`;

const HEAD = `n=10
while [ $# -gt 0 ]; do case $1 in -n) n=$2; shift ;; -n*) n=\${1#-n} ;; -[0-9]*) n=\${1#-} ;; *) break ;; esac; shift; done
[ $# -eq 0 ] || exec < "$1" || exit 1
while [ "$n" -gt 0 ] && IFS= read -r line; do printf '%s\\n' "$line"; n=$((n - 1)); done
`;

const CUT = `d='	' f=
while [ $# -gt 0 ]; do case $1 in -d) d=$2; shift ;; -d*) d=\${1#-d} ;; -f) f=$2; shift ;; -f*) f=\${1#-f} ;; *) break ;; esac; shift; done
case $f in *[!0-9]*|''|0) die 'this guest knows -d and one -f field only' ;; esac
[ $# -eq 0 ] || exec < "$1" || exit 1
while IFS= read -r line || [ -n "$line" ]; do
  case $line in *"$d"*) ;; *) printf '%s\\n' "$line"; continue ;; esac
  i=1 rest=$line
  while [ "$i" -lt "$f" ]; do case $rest in *"$d"*) rest=\${rest#*"$d"} ;; *) rest= ;; esac; i=$((i + 1)); done
  printf '%s\\n' "\${rest%%"$d"*}"
done
`;

const TIMEOUT = `while [ $# -gt 0 ]; do case $1 in -k|-s) shift 2 ;; -*) shift ;; *) break ;; esac; done
shift; [ $# -gt 0 ] || die 'missing operand' 125
exec "$@"
`;

const ID = `case \${1-} in -u|-g) echo 0 ;; -un|-gn) echo root ;; '') echo 'uid=0(root) gid=0(root) groups=0(root)' ;; *) die "this guest does not know $1" ;; esac
`;

/** Name and whole text of every stub; each is an executable file of the guest's only PATH folder. */
export const STUBS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    systemctl: SYSTEMCTL,
    curl: CURL,
    wget: WGET,
    sleep: SLEEP,
    uptime: UPTIME,
    uname: UNAME,
    hostname: HOSTNAME,
    date: DATE,
    cat: CAT,
    grep: GREP,
    head: HEAD,
    cut: CUT,
    timeout: TIMEOUT,
    id: ID,
    whoami: 'echo root\n',
    logger: ':\n',
    sync: ':\n',
  }).map(([name, body]) => [name, PRELUDE + body]),
);
