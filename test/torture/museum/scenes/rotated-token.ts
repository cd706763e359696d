// The token file is replaced and the old token is refused: the next request carries the new one.
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { silentMeter } from '../../../../src/kernel/meter.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { createKube } from '../../../../src/runtime/kube-api.ts';
import { connect } from '../../../../src/runtime/kube-client.ts';
import { LEASES } from '../../../../src/runtime/lease.ts';
import { tempFolder } from '../../../support/run-folder.ts';
import { kubeconfigFor } from '../../operator.ts';
import type { Scene } from '../bug.ts';

export const play: Scene = async () => {
  let valid = 'first';
  const server = createServer((request, response) => {
    const isKnown = request.headers.authorization === `Bearer ${valid}`;
    const answer = isKnown ? { metadata: { name: 'x' } } : { kind: 'Status', status: 'Failure', code: 401 };
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const folder = tempFolder('token');
  const tokenFile = join(folder, 'token');
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfigFor(`http://127.0.0.1:${port}`, { tokenFile }));
  try {
    writeFileSync(tokenFile, valid);
    const connection = await connect({ kind: 'kubeconfig', path }, systemClock);
    const kube = createKube({ connection, clock: systemClock, meter: silentMeter, userAgent: 'museum' });
    const ask = () => kube.get(LEASES, { namespace: 'x', name: 'x' });
    const before = await ask();
    valid = 'second';
    writeFileSync(tokenFile, valid);
    const after = await ask();
    return [
      ...(before.kind === 'ok' ? [] : [`the first token was refused: ${before.kind}`]),
      ...(after.kind === 'ok' ? [] : ['the token was replaced, and requests still carry the old one']),
    ];
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
