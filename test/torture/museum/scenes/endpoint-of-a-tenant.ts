// A tenant's object names an address in an annotation: no signed request may ever go there.
import { createServer } from 'node:http';
import { bank, inLab } from './bank.ts';
import type { Scene } from '../bug.ts';

export const play: Scene = async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(
      `${String(request.headers['x-acs-action'])} signed by ${String(request.headers['authorization']).slice(0, 20)}`,
    );
    response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const annotations = { 'financecloud.io/endpoint': `http://127.0.0.1:${port}` };
  const problems = await inLab(bank({ metadata: { annotations } }), async (lab) => {
    await lab.advance(60);
    return asked.slice(0, 1).map((what) => `an address that a tenant named was asked for ${what}`);
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return problems;
};
