// The few HTTP requests that starting a control plane takes.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Who asks: the authority that signed the server's certificate, and a bearer token. */
export interface Access {
  readonly ca?: string;
  readonly token?: string;
}

/** GETs a URL and returns status and body; rejects when there is no answer within 2 s. */
export function get(url: string, access: Access = {}): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    // Not the socket's own time limit: it does not begin before the TLS handshake is over.
    const signal = AbortSignal.timeout(2_000);
    const headers = access.token === undefined ? {} : { authorization: `Bearer ${access.token}` };
    const options = { headers, agent: false, signal, ...(access.ca === undefined ? {} : { ca: access.ca }) };
    const outgoing = request(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
