// systemctl inside a guest: a unit is one file of the state folder, "enabled state since fails" with times in
// milliseconds of the guest's own time.

/** The program's text after the common prelude. */
export const SYSTEMCTL = `verb= now= quiet= value= props= ended= units=
while [ $# -gt 0 ]; do
  a=$1; shift
  if [ -z "$ended" ]; then
    case $a in
      --) ended=1; continue ;;
      --now) now=1; continue ;;
      -q|--quiet) quiet=1; continue ;;
      --value) value=1; continue ;;
      -p|--property) props=$props,$1; shift; continue ;;
      --property=*) props=$props,\${a#--property=}; continue ;;
      -p*) props=$props,\${a#-p}; continue ;;
      --no-pager|--no-block|--no-ask-password|--no-legend|--no-reload|--system|--full|--plain|--all|-l|-a) continue ;;
      -*) die "unrecognized option '$a'" ;;
    esac
  fi
  if [ -z "$verb" ]; then verb=$a; continue; fi
  case $a in *[!A-Za-z0-9:_.@-]*|.*|'') die "Invalid unit name: $a" ;; esac
  case $a in *.service|*.socket|*.timer|*.target|*.mount|*.path) ;; *) a=$a.service ;; esac
  units="$units $a"
done
read -r elapsed < "$S/elapsed"
say() { [ -n "$quiet" ] || echo "$1"; }
load() { [ -f "$S/units/$1" ] && read -r en st since fails < "$S/units/$1"; }
save() { echo "$en $st $since $fails" > "$S/units/$1"; }
word() { if [ "$en" = 1 ]; then echo enabled; else echo disabled; fi; }
missing() { echo "Failed to $verb $1: Unit $1 not found." >&2; }
start() {
  load "$1" || { missing "$1"; return 5; }
  [ "$st" != active ] || [ "$verb" = restart ] || return 0
  since=$elapsed
  if [ "$fails" = 1 ]; then st=failed; else st=active; fi
  save "$1"
  [ "$st" = active ] || { echo "Job for $1 failed because the control process exited with error code." >&2; return 1; }
}
stop() { load "$1" || { missing "$1"; return 5; }; [ "$st" != active ] || { st=inactive since=$elapsed; save "$1"; }; }
able() {
  load "$2" || { echo "Failed to $verb unit: Unit file $2 does not exist." >&2; return 1; }
  if [ "$1" = 1 ] && [ "$en" = 0 ]; then say "Created symlink /etc/systemd/system/multi-user.target.wants/$2 -> /usr/lib/systemd/system/$2." >&2; fi
  if [ "$1" = 0 ] && [ "$en" = 1 ]; then say "Removed /etc/systemd/system/multi-user.target.wants/$2." >&2; fi
  en=$1; save "$2"
}
property() {
  v=
  case $1 in
    Id|Names) v=$u ;;
    LoadState) if [ -n "$known" ]; then v=loaded; else v=not-found; fi ;;
    ActiveState) v=$st ;;
    SubState) case $st in active) v=running ;; failed) v=failed ;; *) v=dead ;; esac ;;
    UnitFileState) [ -z "$known" ] || v=$(word) ;;
    Result) if [ "$st" = failed ]; then v=exit-code; else v=success; fi ;;
    MainPID) if [ "$st" = active ]; then v=1000; else v=0; fi ;;
    NRestarts|ExecMainStatus) v=0 ;;
    ActiveEnterTimestampMonotonic) read -r t < "$S/now"; read -r b < "$S/bootms"; if [ "$st" = active ]; then v=$(((t + since - b) * 1000)); else v=0; fi ;;
    *) return 0 ;;
  esac
  if [ -n "$value" ]; then echo "$v"; else echo "$1=$v"; fi
}
show() {
  first=1
  for u in $units; do
    [ -n "$first" ] || echo
    first= known=1 st=inactive en=0 since=0
    load "$u" || known=
    IFS=,
    for p in \${props:-Id,LoadState,ActiveState,SubState,UnitFileState,Result,MainPID}; do [ -z "$p" ] || property "$p"; done
    unset IFS
  done
}
status() {
  for u in $units; do
    load "$u" || { echo "Unit $u could not be found." >&2; rc=4; continue; }
    echo "* $u"; echo "   Loaded: loaded (/usr/lib/systemd/system/$u; $(word))"; echo "   Active: $st"
    [ "$st" = active ] || rc=3
  done
}
[ -n "$verb" ] || die 'list-units is not known in this guest'
case $verb in daemon-reload|daemon-reexec|reset-failed) exit 0 ;; is-system-running) say running; exit 0 ;; esac
[ -n "$units" ] || die 'Too few arguments.'
rc=0
case $verb in
  is-active) rc=3; for u in $units; do load "$u" || st=inactive; [ "$st" != active ] || rc=0; say "$st"; done ;;
  is-failed) rc=1; for u in $units; do load "$u" || st=inactive; [ "$st" != failed ] || rc=0; say "$st"; done ;;
  is-enabled) rc=1; for u in $units; do
      if load "$u"; then [ "$en" != 1 ] || rc=0; say "$(word)"
      else echo "Failed to get unit file state for $u: No such file or directory" >&2; fi
    done ;;
  start|restart|try-restart|reload-or-restart) for u in $units; do start "$u" || rc=$?; done ;;
  stop) for u in $units; do stop "$u" || rc=$?; done ;;
  enable) for u in $units; do { able 1 "$u" && { [ -z "$now" ] || start "$u"; }; } || rc=$?; done ;;
  disable) for u in $units; do { able 0 "$u" && { [ -z "$now" ] || stop "$u"; }; } || rc=$?; done ;;
  status) status ;;
  show) show ;;
  cat) for u in $units; do load "$u" || { echo "No files found for $u." >&2; rc=1; continue; }; echo "# /usr/lib/systemd/system/$u"; done ;;
  *) die "Unknown command verb $verb." ;;
esac
exit $rc
`;
