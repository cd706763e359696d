// kubectl as a function: arguments in, both streams and the exit code out.
import { spawn } from 'node:child_process';

/** What kubectl said; a code other than 0 is a value, not an exception. */
export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** `input` is standard input, for `-f -`. `timeoutMs` (default 60 s) bounds the run. */
export interface KubectlCall {
  readonly kubectlPath: string;
  readonly kubeconfigPath: string;
  /** Folder for what kubectl remembers of the server; its default is keyed by port, and ports are used again. */
  readonly cacheDir: string;
  readonly input?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Runs kubectl against the current context of `kubeconfigPath`. */
export function runKubectl(args: readonly string[], call: KubectlCall): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(call.kubectlPath, args, {
      env: { ...process.env, KUBECONFIG: call.kubeconfigPath, KUBECACHEDIR: call.cacheDir },
      timeout: call.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
    child.on('error', (error) => reject(new Error(`run ${call.kubectlPath}`, { cause: error })));
    child.on('close', (code, signal) => {
      const killed =
        signal === null ? '' : `\nkubectl was ended by ${signal} (time limit ${call.timeoutMs ?? 60_000} ms)`;
      resolve({ stdout: output.stdout, stderr: output.stderr + killed, code: code ?? 137 });
    });
    child.stdin.on('error', () => undefined); // kubectl may end before it has read its input
    child.stdin.end(call.input ?? '');
  });
}
