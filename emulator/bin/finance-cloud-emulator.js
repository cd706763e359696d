#!/usr/bin/env -S node --max-semi-space-size=4
// The sources in a checkout, the bundle in a package. Plain JavaScript that an old Node can read: it says so there.
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `finance-cloud-emulator: Node 22.19 or newer is needed, this is ${process.versions.node}. In a checkout "make install" brings one: put node_modules/.bin first in PATH.\n`,
  );
  process.exit(2);
}

const source = new URL('../main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
