// curl and wget inside a guest: they answer for the guest's own ports and nothing else. `serves` in the state folder
// has a line per unit, port and path: unit port protocol startMilliseconds hosts path status, the default's path being *.

const ASK = `# ask URL HOST -> code (000: refused), rc
ask() {
  url=$1 host=$2 code=000
  case $url in http://*) url=\${url#http://} ;; *://*) rc=35; return ;; esac
  authority=\${url%%[/?#]*} path=\${url#"\${url%%[/?#]*}"}
  case $path in /*) ;; *) path=/$path ;; esac
  path=\${path%%#*}
  port=80 name=$authority
  case $authority in *:*) port=\${authority##*:} name=\${authority%:*} ;; esac
  read -r ip < "$S/ip"; read -r self < "$S/host"
  case $name in 127.*|localhost|0.0.0.0|'[::1]'|"$ip"|"$self") ;; *[!0-9.]*) rc=6; return ;; *) rc=7; return ;; esac
  host=\${host:-$name}; host=\${host%:*}
  read -r elapsed < "$S/elapsed"
  rc=7 bare=\${path%%\\?*} rank=0
  while read -r unit p protocol wait hosts served status; do
    [ "$p" = "$port" ] && [ "$protocol" != udp ] || continue
    read -r en st since fails < "$S/units/$unit" || continue
    [ "$st" = active ] && [ $((since + wait)) -le "$elapsed" ] || continue
    [ "$protocol" = http ] || { rc=52; continue; }
    rc=0 right=1
    case $hosts in -) ;; *,"$host",*) ;; *) right= ;; esac
    if [ "$served" = '*' ]; then [ "$rank" -gt 0 ] || { code=$status rank=1; }
    elif [ -z "$right" ]; then :
    elif [ "$served" = "$path" ]; then code=$status rank=3
    elif [ "$served" = "$bare" ] && [ "$rank" -lt 3 ]; then code=$status rank=2
    fi
  done < "$S/serves"
}
`;

/** curl's text after the common prelude. */
export const CURL = `${ASK}
out= form= host= method=GET fail= silent= loud= head= url=
set_option() {
  case $1 in
    o) out=$2 ;;
    w) form=$2 ;;
    X) method=$2 ;;
    H) case $2 in [Hh][Oo][Ss][Tt]:*) host=\${2#*:}; host=\${host# } ;; esac ;;
  esac
}
while [ $# -gt 0 ]; do
  a=$1; shift
  case $a in
    --output) set_option o "$1"; shift ;;
    --write-out) set_option w "$1"; shift ;;
    --request) set_option X "$1"; shift ;;
    --header) set_option H "$1"; shift ;;
    --max-time|--connect-timeout|--retry|--retry-delay|--noproxy|--user-agent|--data|--max-redirs|--resolve|--interface) shift ;;
    --head) head=1 method=HEAD ;;
    --fail) fail=1 ;;
    --silent) silent=1 ;;
    --show-error) loud=1 ;;
    --location|--insecure|--include|--globoff|--ipv4|--http1.1|--http1.0|--path-as-is|--max-time=*|--connect-timeout=*) ;;
    --url) url=$1; shift ;;
    --*) die "option $a: is unknown" 2 ;;
    -?*)
      flags=\${a#-}
      while [ -n "$flags" ]; do
        rest=\${flags#?} flag=\${flags%"\${flags#?}"} flags=\${flags#?}
        case $flag in
          s) silent=1 ;; S) loud=1 ;; f) fail=1 ;; I) head=1 method=HEAD ;; L|k|i|g|4|q|0|N) ;;
          o|w|X|H|m|A|d|e|u|b) if [ -n "$rest" ]; then v=$rest flags=; else v=\${1-}; [ $# -eq 0 ] || shift; fi; set_option "$flag" "$v" ;;
          *) die "option -$flag: is unknown" 2 ;;
        esac
      done ;;
    *) url=$a ;;
  esac
done
[ -n "$url" ] || die 'no URL specified!' 2
case $url in *://*) ;; *) url=http://$url ;; esac
ask "$url" "$host"
[ $rc -eq 0 ] && [ -n "$fail" ] && [ "$code" -ge 400 ] && rc=22
body=
[ $rc -eq 0 ] && if [ -n "$head" ]; then body="HTTP/1.1 $code
"; elif [ "$method" != HEAD ]; then body="status $code"; fi
if [ -n "$body" ]; then if [ -n "$out" ] && [ "$out" != - ]; then printf '%s\\n' "$body" > "$out"; else printf '%s\\n' "$body"; fi; fi
if [ -n "$form" ]; then
  text=
  while :; do case $form in
    *'%{http_code}'*) text=$text\${form%%'%{http_code}'*}$code form=\${form#*'%{http_code}'} ;;
    *'%{response_code}'*) text=$text\${form%%'%{response_code}'*}$code form=\${form#*'%{response_code}'} ;;
    *) text=$text$form; break ;;
  esac; done
  printf "$(printf '%s' "$text" | { IFS= read -r t || :; case $t in *%*) printf %s "\${t%%%*}" ;; *) printf %s "$t" ;; esac; })"
fi
[ $rc -eq 0 ] || { [ -n "$silent" ] && [ -z "$loud" ]; } || echo "curl: ($rc) request to $url failed" >&2
exit $rc
`;

/** wget's text after the common prelude. */
export const WGET = `${ASK}
out= host= quiet= spider= url=
while [ $# -gt 0 ]; do
  a=$1; shift
  case $a in
    -O) out=$1; shift ;;
    -O*) out=\${a#-O} ;;
    -q|-nv|--quiet) quiet=1 ;;
    -qO) quiet=1 out=$1; shift ;;
    -qO*) quiet=1 out=\${a#-qO} ;;
    --spider) spider=1 ;;
    -T|-t) shift ;;
    --header=[Hh][Oo][Ss][Tt]:*) host=\${a#*:}; host=\${host# } ;;
    --header) case $1 in [Hh][Oo][Ss][Tt]:*) host=\${1#*:}; host=\${host# } ;; esac; shift ;;
    --timeout=*|--tries=*|--header=*|--method=*|-S|--server-response|--no-check-certificate) ;;
    -*) die "unrecognized option '$a'" 2 ;;
    *) url=$a ;;
  esac
done
[ -n "$url" ] || die 'missing URL' 1
case $url in *://*) ;; *) url=http://$url ;; esac
ask "$url" "$host"
case $rc in 0) [ "$code" -lt 400 ] || rc=8 ;; *) rc=4 ;; esac
[ -n "$quiet" ] || echo "HTTP request sent, awaiting response... $code" >&2
if [ $rc -eq 0 ] && [ -z "$spider" ]; then case $out in '') out=index.html ;; esac
  if [ "$out" = - ]; then echo "status $code"; else echo "status $code" > "$out"; fi; fi
exit $rc
`;
