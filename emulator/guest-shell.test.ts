// Scripts that really run: what they see of the guest, what they change, how long they take in the guest's time.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boot, changeUnit, newGuest } from './guest.ts';
import type { Guest } from './guest.ts';
import { parseGuests } from './guest-config.ts';
import { closeShell, OUTPUT_LIMIT, runScript } from './guest-shell.ts';
import type { ShellResult } from './guest-shell.ts';

const WEB = 'bank-web.service';
const config = parseGuests({
  units: {
    [WEB]: {
      serves: [{ port: 8080, paths: { '/app/health': 200, '/old': 302 }, hosts: ['www.bank.example', '10.0.0.7'] }],
      startSeconds: 5,
    },
    'broken.service': { fails: true },
    'dns.service': { serves: [{ port: 53, protocol: 'udp' }] },
  },
});
const BOOT = 1_767_225_600_000;
const guest = (on = false): Guest => {
  const booted = boot(config, newGuest(config, { instanceId: 'i-1', os: 'linux' }), BOOT);
  return on ? changeUnit(config, booted, { name: WEB, at: BOOT, enabled: true, active: true }) : booted;
};
const run = (script: string, inside: Guest = guest(), timeoutMs = 60_000): ShellResult =>
  runScript({ script, guest: inside, config, now: BOOT + 60_000, hostname: 'web-1', address: '10.0.0.7', timeoutMs });
const says = (script: string, inside?: Guest): string => {
  const result = run(script, inside);
  return `${result.output.toString().trim()}${result.ended.kind === 'exit' && result.ended.code === 0 ? '' : ` !${JSON.stringify(result.ended)}`}`;
};

describe('guest shell', function () {
  this.timeout(20_000);
  after(() => closeShell());

  const on = guest(true);
  const url = 'http://127.0.0.1:8080';
  const table = [
    { why: 'a disabled unit', script: `systemctl is-enabled ${WEB} || echo rc=$?`, want: 'disabled\nrc=1' },
    { why: 'a stopped unit', script: 'systemctl is-active bank-web || echo rc=$?', want: 'inactive\nrc=3' },
    { why: 'several units, with --', script: `systemctl is-active -- ${WEB} sshd.service`, on, want: 'active\nactive' },
    { why: 'an unknown unit has no file', script: 'systemctl is-enabled nope 2>/dev/null || echo rc=$?', want: 'rc=1' },
    {
      why: 'an unknown unit cannot start',
      script: 'systemctl start nope; echo rc=$?',
      want: 'Failed to start nope.service: Unit nope.service not found.\nrc=5',
    },
    {
      why: 'a unit that always fails',
      script: 'systemctl start broken; echo rc=$?; systemctl is-active broken',
      want: 'Job for broken.service failed because the control process exited with error code.\nrc=1\nfailed !{"kind":"exit","code":3}',
    },
    {
      why: 'a name that leaves the folder',
      script: 'systemctl is-active ../../../etc/passwd; echo rc=$?',
      want: 'systemctl: Invalid unit name: ../../../etc/passwd\nrc=1',
    },
    {
      why: 'properties',
      script: `systemctl show -p ActiveState -p UnitFileState,SubState ${WEB}`,
      on,
      want: 'ActiveState=active\nUnitFileState=enabled\nSubState=running',
    },
    { why: 'a property of a stranger', script: 'systemctl show --property=LoadState --value nope', want: 'not-found' },
    {
      why: "a listener's own request",
      script: `curl -s -o /dev/null -w '%{http_code}' -X HEAD -H 'Host: www.bank.example' -m 5 ${url}/app/health`,
      on,
      want: '200',
    },
    {
      why: 'the default host is the address asked',
      script: `curl -so /dev/null -w '%{http_code}\\n' http://10.0.0.7:8080/app/health`,
      on,
      want: '200',
    },
    {
      why: 'another host gets the default',
      script: `curl -s -o /dev/null -w '%{http_code}' ${url}/app/health`,
      on,
      want: '404',
    },
    {
      why: 'another path gets the default',
      script: `curl -s -o /dev/null -w '%{http_code}' -H 'Host:www.bank.example' ${url}/?x=1`,
      on,
      want: '404',
    },
    {
      why: 'a redirect is not a failure',
      script: `curl -fsS -o /dev/null -w 'c=%{http_code}' -H 'Host: www.bank.example' ${url}/old`,
      on,
      want: 'c=302',
    },
    { why: '-f makes a 404 a failure', script: `curl -fs ${url}/; echo rc=$?`, on, want: 'rc=22' },
    {
      why: 'nobody listens',
      script: `curl -s -o /dev/null -w '%{http_code}' ${url}/; echo " rc=$?"`,
      want: '000 rc=7',
    },
    {
      why: 'the world outside is not there',
      script: 'curl -s http://example.com/; echo rc=$?; curl -s http://1.1.1.1/; echo rc=$?',
      want: 'rc=6\nrc=7',
    },
    { why: 'UDP is no HTTP', script: 'systemctl start dns; curl -s http://127.0.0.1:53/; echo rc=$?', want: 'rc=7' },
    { why: 'sshd does not speak HTTP', script: 'curl -s http://localhost:22/; echo rc=$?', want: 'rc=52' },
    {
      why: 'wget knows success',
      script: `wget -q -O /dev/null --header='Host: www.bank.example' ${url}/app/health; echo rc=$?; wget -q --spider ${url}/; echo rc=$?`,
      on,
      want: 'rc=0\nrc=8',
    },
    {
      why: 'a start takes its seconds',
      script: `systemctl start bank-web; curl -s ${url}/; echo rc=$?; sleep 5; curl -s -o /dev/null -w '%{http_code}' ${url}/`,
      want: 'rc=7\n404',
    },
    {
      why: 'waiting in a loop',
      script: `systemctl enable --now bank-web 2>/dev/null\nfor i in 1 2 3 4 5 6; do\n  curl -fs -H 'Host: www.bank.example' ${url}/app/health >/dev/null && echo up after $i && break\n  sleep 2\ndone`,
      want: 'up after 4',
    },
    { why: 'boot time', script: 'uptime -s', want: '2026-01-01 00:00:00' },
    { why: 'clock', script: 'date +%s; sleep 3; date +%s', want: '1767225660\n1767225663' },
    { why: 'names', script: 'hostname; uname -s; hostname -I; id -u', want: 'web-1\nLinux\n10.0.0.7\n0' },
    {
      why: 'text tools',
      script:
        "printf 'a:1\\nb:2\\nab:3\\n' > t; grep -c a t; grep '^a:' t | cut -d: -f2; head -n 1 t; cat t | grep -v b",
      want: '2\n1\na:1\na:1',
    },
    {
      why: 'nothing of the machine is on the PATH',
      script: 'ls / ; echo rc=$?; node -v; echo rc=$?',
      want: 'ls: not found',
    },
    { why: 'an empty environment', script: 'echo "[$HOME$USER$LANG]"', want: '[]' },
    { why: 'the exit code', script: 'exit 7', want: ' !{"kind":"exit","code":7}' },
    { why: 'a syntax error', script: 'if', want: 'Syntax error' },
  ];
  for (const { why, script, want, on: inside } of table) {
    it(why, () => {
      const got = says(script, inside);
      if (/not found$|Syntax/.test(want)) assert.ok(got.includes(want), got);
      else assert.equal(got, want);
    });
  }

  it('tells what it changed and when', () => {
    const { changes, durationMs } = run(
      'sleep 1.5; systemctl enable bank-web; sleep 2; systemctl start bank-web; systemctl stop sshd',
    );
    assert.equal(durationMs, 3500);
    assert.deepEqual(
      changes.toSorted((a, b) => a.name.localeCompare(b.name)),
      [
        { name: WEB, afterMs: 3500, enabled: true, state: 'active', moved: true },
        { name: 'sshd.service', afterMs: 3500, enabled: true, state: 'inactive', moved: true },
      ],
    );
  });

  it('ends a script that sleeps past its time, with everything it started', () => {
    const result = run(
      'echo before; (while :; do sleep 10; done) & while ! false; do sleep 7; done; echo after',
      guest(),
      60_000,
    );
    assert.deepEqual(
      { ...result, output: result.output.toString() },
      { ended: { kind: 'timeout' }, durationMs: 60_000, output: 'before\n', dropped: 0, changes: [] },
    );
  });

  it('caps the output and says how much is missing', () => {
    const result = run('i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); done');
    assert.equal(result.output.length, OUTPUT_LIMIT);
    assert.equal(result.dropped, 33_000 - OUTPUT_LIMIT);
  });

  it('gives the same result for the same script and state', () => {
    const script = 'systemctl restart sshd; sleep 3; systemctl is-active sshd; exit 4';
    assert.deepEqual(run(script), run(script));
  });

  it('leaves no folder behind, nor those of a process that is gone', () => {
    closeShell();
    const left = join(tmpdir(), 'finance-cloud-guests-4194999-test');
    mkdirSync(left, { recursive: true });
    run(':');
    assert.equal(existsSync(left), false, 'swept at the next start');
    closeShell();
    const mine = readdirSync(tmpdir()).filter((name) => name.startsWith(`finance-cloud-guests-${process.pid}-`));
    assert.deepEqual(mine, []);
    rmSync(left, { recursive: true, force: true });
  });
});
