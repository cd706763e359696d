// Prints the table of performance figures; `node bench/main.ts counts sweep` prints these parts only. Counts are whole numbers and
// asserted by the tests beside this file; whatever depends on the machine is printed and gates nothing.
import { type Lab, startLab } from '../test/support/lab/lab.ts';
import { sampleObjects } from '../test/support/lab/objects.ts';
import { SAMPLE_CLOUD, banks } from '../test/support/lab/worlds.ts';
import { PlanBook, callsPerSweep, writeCounts } from './counts.ts';
import { DRIFTS, boundOf, secondsUntilSeen } from './drift.ts';
import { buildBundles, imageFlags, sampleMemory, startTimes } from './program.ts';
import { sweepOnce } from './sweep.ts';
import { type Row, median, printTable } from './table.ts';

const PARTS: Readonly<Record<string, () => Promise<void>>> = { counts, build, drift, sweep, program };

async function inLab(options: Parameters<typeof startLab>[0], use: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await startLab(options);
  try {
    await use(lab);
  } finally {
    await lab.stop();
  }
}

const sample = { objects: sampleObjects(), cloud: SAMPLE_CLOUD, guestShell: true };

function atMost(what: string, of: { readonly value: number; readonly most: number; readonly unit?: string }): Row {
  const unit = of.unit === undefined ? '' : ` ${of.unit}`;
  return { what, figure: `${round(of.value)}${unit}`, goal: `at most ${of.most}${unit}`, holds: of.value <= of.most };
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

async function counts(): Promise<void> {
  const rows: Row[] = [];
  for (const [environments, servers] of [
    [1, 200],
    [1, 1000],
    [10, 100],
  ] as const) {
    await inLab({ objects: banks(environments, servers) }, async (lab) => {
      const [began, took] = [performance.now(), await lab.untilReady(900)];
      const name = `${environments} x ${servers} servers:`;
      const creates = lab.callsByAction()['RunInstances'] ?? 0;
      rows.push(atMost(`${name} RunInstances`, { value: creates, most: environments * 2 * Math.ceil(servers / 200) }));
      const real = round((performance.now() - began) / 1000);
      rows.push({ what: `${name} Ready after`, figure: `${took} virtual s (${real} s)`, goal: '' });
      const [writes, since] = [lab.writes().length, lab.now()];
      await lab.advance(10 * lab.settings.sweepSeconds);
      const most = Math.max(...callsPerSweep(lab, 'DescribeInstances', since));
      rows.push(atMost(`${name} DescribeInstances a sweep`, { value: most, most: (environments * servers) / 100 }));
      rows.push(
        atMost(`${name} Kubernetes writes in 10 idle sweeps`, { value: lab.writes().length - writes, most: 0 }),
      );
      const changes = lab.calls().filter((call) => call.mutating && call.at >= since).length;
      rows.push(atMost(`${name} cloud writes in 10 idle sweeps`, { value: changes, most: 0 }));
    });
  }
  printTable('Calls and writes (whole numbers, virtual time)', rows);
}

async function build(): Promise<void> {
  const book = new PlanBook();
  await inLab({ ...sample, planned: book.listen }, async (lab) => {
    const took = await lab.untilReady(900);
    const rows = writeCounts(lab, book).map(({ object, writes, depth, waits }) =>
      atMost(`${object} (W ${depth}, waits ${waits})`, { value: writes, most: depth + 3 + waits }),
    );
    printTable(`Kubernetes writes from create to Ready (${Math.round(took)} virtual s)`, rows);
    const made = lab.living().length;
    const creates = lab.calls().filter(({ action }) => /^(Create|Run)/.test(action));
    const refused = creates.filter(({ code }) => code !== 'OK').length;
    printTable('Creates while the sample is built', [
      { what: 'create requests sent', figure: String(creates.length), goal: `${made} resources live` },
      { what: 'of these answered with an error', figure: String(refused), goal: '' },
    ]);
    const calls = Object.entries(lab.callsByAction()).toSorted(([, a], [, b]) => b - a);
    printTable(
      'Calls until then',
      calls.map(([what, count]) => ({ what, figure: String(count), goal: '' })),
    );
    const [writes, since] = [lab.writes().length, lab.now()];
    await lab.advance(36_000);
    const idle = [lab.writes().length - writes, lab.calls().filter((call) => call.mutating && call.at >= since).length];
    const [kube = 0, cloud = 0] = idle;
    printTable('Ten virtual hours without a change', [
      atMost('Kubernetes writes', { value: kube, most: 0 }),
      atMost('cloud writes', { value: cloud, most: 0 }),
    ]);
  });
}

async function drift(): Promise<void> {
  const rows: Row[] = [];
  await inLab(sample, async (lab) => {
    await lab.untilReady(900);
    await lab.advance(1800);
    for (const item of DRIFTS) {
      const bound = boundOf(lab, item);
      rows.push(atMost(item.name, { value: await secondsUntilSeen(lab, item, 2 * bound), most: bound, unit: 's' }));
      if (typeof item.repair === 'string') await lab.untilReady(600);
      await lab.advance(120);
    }
  });
  printTable('Drift, from the edit to the repair or the condition (virtual time)', rows);
}

async function sweep(): Promise<void> {
  const [few, many] = [await sweepOnce(1000), await sweepOnce(10_000)];
  const slope = (many.bytesPerServer * many.servers - few.bytesPerServer * few.servers) / (many.servers - few.servers);
  printTable('One sweep of 10,000 servers, the cloud in another process (this machine)', [
    atMost('DescribeInstances', { value: many.describeInstances, most: 100 }),
    atMost('longest stall of the event loop', { value: many.stallMax, most: 100, unit: 'ms' }),
    atMost('stall, p99', { value: many.stallP99, most: 20, unit: 'ms' }),
    atMost('processor time', { value: many.cpuSeconds, most: 1, unit: 's' }),
    atMost('heap for each more server', { value: slope, most: 300, unit: 'B' }),
  ]);
}

async function program(): Promise<void> {
  await buildBundles();
  const [first = 0, ...later] = await startTimes(6);
  const memory = await sampleMemory();
  printTable(`The bundle as a process, ${imageFlags().join(' ')} (this machine)`, [
    atMost('start to first LIST, median of 5', { value: median(later), most: 500, unit: 'ms' }),
    { what: 'the very first start, without compile cache', figure: `${round(first)} ms`, goal: '' },
    atMost('resident with the sample running, median of 10 in 60 s', { value: memory.median, most: 130, unit: 'MiB' }),
    { what: 'resident, peak', figure: `${round(memory.peak)} MiB`, goal: '' },
  ]);
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => PARTS[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`${unknown} is no part of the table; there are ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(2);
}
for (const name of asked.length === 0 ? Object.keys(PARTS) : asked) await PARTS[name]?.();
process.exit();
