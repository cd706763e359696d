#!/usr/bin/env -S node --max-semi-space-size=4
// The packaged program where there is one, the sources in a checkout.
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
await import(existsSync(built) ? built.href : new URL('../main.ts', import.meta.url).href);
