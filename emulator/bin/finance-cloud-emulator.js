#!/usr/bin/env node
// The packaged program where there is one, the sources in a checkout.
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
await import(existsSync(built) ? built.href : new URL('../main.ts', import.meta.url).href);
