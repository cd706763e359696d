// The command line and the configuration file: every mistake has its sentence. And the program itself, started for real.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config.ts';
import { readOptions } from './options.ts';

describe('options', () => {
  const wrong = [
    { args: [], says: /--port is needed/ },
    { args: ['--port', 'abc'], says: /--port takes a whole number up to 65535/ },
    { args: ['--port', '65536'], says: /--port takes/ },
    { args: ['--port', '1', '--seed', '-3'], says: /seed/ },
    { args: ['--port', '1', '--clock', 'fast'], says: /--clock is real, scaled:FACTOR or manual/ },
    { args: ['--port', '1', '--clock', 'scaled:0'], says: /--clock is/ },
    { args: ['--port', '1', '--access-key', 'nosecret'], says: /--access-key takes ID:SECRET/ },
    { args: ['--port', '1', '--unicorn'], says: /unicorn/ },
    { args: ['--port', '1', 'stray'], says: /stray.*\.$/ },
    { args: ['--port', '1', '--guest-shell-as-root'], says: /without --guest-shell/ },
  ];
  for (const { args, says } of wrong) {
    it(`${args.join(' ') || '(nothing)'} is told so`, () => {
      const read = readOptions(args);
      assert.equal(read.kind, 'wrong');
      assert.match(read.kind === 'wrong' ? read.sentence : '', says);
    });
  }

  it('reads everything that is right', () => {
    const read = readOptions([
      '--port',
      '0',
      '--clock',
      'scaled:60',
      '--seed',
      '7',
      '--access-key',
      'a:b:c',
      '--access-key',
      'd:e',
      '--quiet',
    ]);
    assert.ok(read.kind === 'run');
    assert.deepEqual(read.options.clock, { kind: 'scaled', factor: 60 });
    assert.deepEqual(
      read.options.accessKeys.map(({ id, secret }) => [id, secret]),
      [
        ['a', 'b:c'],
        ['d', 'e'],
      ],
    );
    assert.deepEqual(
      [read.options.port, read.options.seed, read.options.quiet, read.options.host],
      [0, 7, true, '127.0.0.1'],
    );
    assert.equal(readOptions(['--help']).kind, 'help');
  });
});

describe('configuration file', () => {
  const wrong = [
    { json: '{', says: /not JSON/ },
    { json: '[]', says: /the file: an object/ },
    { json: '{"unicorns": 1}', says: /"unicorns" is not known/ },
    { json: '{"accounts": [{"accessKeys": [{"id": "a"}]}]}', says: /accounts\[0\]\.accessKeys\[0\]\.secret: a text/ },
    {
      json: '{"accounts": [{"accessKeys": [{"id": "a", "secret": "b", "status": "Asleep"}]}]}',
      says: /status: Active or Inactive/,
    },
    {
      json: '{"accounts": [{"id": "1", "accessKeys": [{"id": "a", "secret": "b"}]}, {"id": "2", "accessKeys": [{"id": "a", "secret": "c"}]}]}',
      says: /a is there twice/,
    },
    {
      json: '{"lifecycle": {"ecs.instance.starting": "soon"}}',
      says: /lifecycle\.ecs\.instance\.starting: "immediate", "never", .*seconds.*not "soon"/,
    },
    { json: '{"lifecycle": {"ecs.instance.starting": [5]}}', says: /starting: "immediate".*not \[5\]/ },
    { json: '{"accounts": [{"id": "bank", "accessKeys": []}]}', says: /accounts\[0\]\.id: digits/ },
    { json: '{"visibility": {"ecs.instance": {"create": "long"}}}', says: /create: a number/ },
    { json: '{"visibility": {"ecs.instance": {"flip": true}}}', says: /"flip" is not known/ },
    { json: '{"throttling": {"actions": {"ecs:X": -1}}}', says: /a number from 0/ },
    { json: '{"defaultRegion": "cn-x"}', says: /cn-x is not one of the regions/ },
    { json: '{"regions": {"r": "z"}}', says: /regions\.r: a list/ },
  ];
  for (const { json, says } of wrong) it(`${json} is told so`, () => assert.throws(() => readConfig(json), says));

  it('lays what it says over the defaults', () => {
    const settings = readConfig(
      JSON.stringify({
        lifecycle: { a: 'immediate', b: 'never', c: 5, d: { describes: 2 }, e: { minSeconds: 1, maxSeconds: 3 } },
        visibility: { 'ecs.instance': { create: 2, flipFlop: true } },
        keyPairs: ['ops'],
        guests: { units: {} },
      }),
    );
    assert.deepEqual(Object.values(settings.lifecycle), [
      { kind: 'immediate' },
      { kind: 'never' },
      { kind: 'uniform', minSeconds: 5, maxSeconds: 5 },
      { kind: 'describes', count: 2 },
      { kind: 'uniform', minSeconds: 1, maxSeconds: 3 },
    ]);
    assert.deepEqual(settings.visibility['ecs.instance'], { create: 2000, attribute: 0, delete: 0, flipFlop: true });
    assert.deepEqual(
      [settings.keyPairs, settings.guests, settings.accounts[0]?.accessKeys[0]?.id],
      [['ops'], { units: {} }, 'emulator'],
    );
  });
});

describe('the program', () => {
  const program = join(import.meta.dirname, 'bin', 'finance-cloud-emulator.js');
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'emulator-options-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = async (args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      // With the list of keys when there is one.
      if (out.includes('ready http') && (args.includes('--quiet') || out.includes('access keys')))
        child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    await once(child, 'close');
    return { code: child.exitCode, out, err };
  };

  it('says where it is ready and ends cleanly at SIGTERM', async () => {
    const { code, out } = await run(['--port', '0', '--quiet']);
    assert.equal(code, 0);
    assert.match(out, /^ready http:\/\/127\.0\.0\.1:\d+ control-token [0-9a-f]{48}\n$/);
  });

  it('a key of the configuration that stands on the command line too is one key', async () => {
    const path = join(folder, 'keys.json');
    writeFileSync(
      path,
      '{"accounts": [{"id": "1", "accessKeys": [{"id": "a", "secret": "b"}, {"id": "c", "secret": "d"}]}]}',
    );
    const { out } = await run(['--port', '0', '--config', path, '--access-key', 'a:other']);
    assert.match(out, /access keys: c \(account 1\), a \(account 1\)\n/);
  });

  it('says that a port is taken, and which', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, err } = await run(['--port', String(port)]);
    holder.close();
    assert.deepEqual([code, err], [1, `finance-cloud-emulator: port ${port} on 127.0.0.1 is taken.\n`]);
  });

  it('says what is wrong with its configuration file', async () => {
    const path = join(folder, 'bad.json');
    writeFileSync(path, '{"unicorns": 1}');
    const { code, err } = await run(['--port', '0', '--config', path]);
    assert.equal(code, 2);
    assert.match(err, /--config .*bad\.json: the file: "unicorns" is not known/);
    const none = join(folder, 'none.json');
    assert.deepEqual(await run(['--port', '0', '--config', none]), {
      code: 2,
      out: '',
      err: `finance-cloud-emulator: --config ${none}: there is no such file.\n`,
    });
  });

  it('really runs commands only for people who asked for it with a key of their own, on loopback', async () => {
    assert.match((await run(['--port', '0', '--guest-shell'])).err, /needs an access key of your own/);
    assert.match(
      (await run(['--port', '0', '--guest-shell', '--host', '0.0.0.0', '--access-key', 'a:b'])).err,
      /needs a loopback host/,
    );
  });

  it('helps', async () => {
    const { code, out } = await run(['--help']);
    assert.equal(code, 0);
    for (const flag of [
      '--port',
      '--host',
      '--seed',
      '--clock',
      '--access-key',
      '--config',
      '--guest-shell',
      '--quiet',
    ])
      assert.ok(out.includes(flag));
  });
});
