import assert from 'node:assert/strict';
import { createLogger } from './logger.ts';

function logged(act: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  act(createLogger('info', { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

describe('logger', () => {
  it('writes JSON lines with level, time, message and bound pairs', () => {
    const [line, more] = logged((log) => {
      const child = log.child({ controller: 'zone', namespace: 'ns', name: 'a', reconcileID: 'r1' });
      child.info('Created servers', { count: 2 });
      child.debug('Not written');
    });
    assert.equal(more, undefined);
    const { time, ...rest } = line ?? {};
    assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(rest, {
      level: 'info',
      controller: 'zone',
      namespace: 'ns',
      name: 'a',
      reconcileID: 'r1',
      count: 2,
      msg: 'Created servers',
    });
  });

  it('strikes secrets out, at the top and one level down', () => {
    const text = JSON.stringify(
      logged((log) => {
        log.error('Failed', { accessKeySecret: 'CANARY', request: { token: 'CANARY', action: 'RunInstances' } });
        log.child({ authorization: 'CANARY' }).info('Asked', { config: { userData: 'CANARY', data: { x: 'CANARY' } } });
      }),
    );
    assert.ok(!text.includes('CANARY'), text);
    assert.ok(text.includes('RunInstances'));
  });
});
