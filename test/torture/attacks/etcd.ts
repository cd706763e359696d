// All that was ever stored: every version of every key since a revision, by etcd's own watch.

/** One stored version. */
export interface Stored {
  readonly key: string;
  readonly value: string;
}

interface Watched {
  readonly result?: {
    readonly canceled?: boolean;
    readonly header?: { readonly revision?: string };
    readonly events?: readonly {
      readonly kv: { readonly key: string; readonly value?: string; readonly mod_revision: string };
    }[];
  };
}

const ALL = { key: 'AA==', range_end: 'AA==' };

/** The revision now; undefined where etcd is not ours to ask. */
export async function etcdRevision(url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined;
  const body = JSON.stringify({ ...ALL, limit: 1, keys_only: true });
  const answer = await fetch(`${url}/v3/kv/range`, { method: 'POST', body });
  const { header }: { readonly header: { readonly revision: string } } = JSON.parse(await answer.text());
  return header.revision;
}

/** Every version stored since `from`; bytes are read as Latin-1, so that nothing is lost. */
export async function storedSince(url: string, from: string): Promise<readonly Stored[]> {
  const until = Number(await etcdRevision(url));
  const stop = new AbortController();
  const body = JSON.stringify({ create_request: { ...ALL, start_revision: Number(from) + 1 } });
  const answer = await fetch(`${url}/v3/watch`, { method: 'POST', body, signal: stop.signal });
  const stored: Stored[] = [];
  let rest = '';
  let last = 0;
  const read = (line: string): void => {
    const { result }: Watched = JSON.parse(line);
    if (result?.canceled === true) throw new Error(`etcd keeps no versions since ${from} any more: ${line}`);
    for (const { kv } of result?.events ?? []) {
      stored.push({ key: latin(kv.key), value: latin(kv.value ?? '') });
      last = Number(kv.mod_revision);
    }
  };
  const text = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    const lines = (rest + text.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') read(line);
    if (last >= until) break;
  }
  stop.abort();
  return stored;
}

const latin = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');
