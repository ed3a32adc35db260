/**
 * Fan-out: 1,000 subscribers of 50 generations, at rising rates, the plain way and the shared one in turn. A rate is sustained if
 * 99 of 100 messages arrive within 100 ms of when they were due and none is left out.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { answer, start } from './child.js';
import {
  generations,
  type Published,
  type PublishOrder,
  type Received,
  subscribers,
  type Way,
} from './fan-out-load.js';
import { print, table } from './table.js';

const seconds = Number(process.env.SECONDS ?? 4);
const rates = (process.env.RATES ?? '1,2,4,6,8,10,12,15,20,25,30,35,40').split(',').map(Number);
const ways: readonly Way[] = ['plain', 'shared'];

interface Measured {
  readonly sustained: boolean;
  readonly cells: readonly string[];
}

class Contender {
  private constructor(
    readonly way: Way,
    private readonly server: ChildProcess,
    private readonly clients: ChildProcess,
  ) {}

  static async start(way: Way): Promise<Contender> {
    const server = start('fan-out-server', way);
    const clients = start('fan-out-clients', String(await answer<number>(server)));
    await answer(clients);
    return new Contender(way, server, clients);
  }

  async measure(order: PublishOrder): Promise<Measured> {
    const { events, cpuSeconds, seconds } = await answer<Published>(this.server, order);
    // What is still on its way counts, if it comes within the limit anyway.
    await pause(500);
    const { latencies } = await answer<Received>(this.clients, {});
    const expected = (events * subscribers) / generations;
    const at = (quantile: number) => latencies[Math.floor(latencies.length * quantile)] ?? Number.NaN;
    const p99 = at(0.99);
    return {
      sustained: p99 < 100 && latencies.length === expected,
      cells: [
        this.way,
        String(order.rate),
        `${Math.round((order.rate * subscribers) / 1000)}k`,
        `${((100 * latencies.length) / expected).toFixed(1)} %`,
        `${at(0.5).toFixed(1)} ms`,
        `${p99.toFixed(1)} ms`,
        `${((cpuSeconds / seconds) * 100).toFixed(0)} %`,
        `${((cpuSeconds * 1e6) / expected).toFixed(1)} µs`,
      ],
    };
  }

  stop(): void {
    this.clients.disconnect();
    this.server.disconnect();
  }
}

export async function benchFanOut(): Promise<void> {
  print(`Fan-out: ${subscribers} subscribers of ${generations} generations, previews of 3 kB, ${seconds} s a row\n`);
  const rows: (readonly string[])[] = [];
  const best = new Map<Way, number>();
  // One at a time is measured; the other's process sleeps.
  const contenders = await Promise.all(ways.map((way) => Contender.start(way)));
  for (const contender of contenders) await contender.measure({ rate: 2, seconds: 2 });
  const running = new Set(contenders);
  for (const rate of rates) {
    for (const contender of running) {
      const { sustained, cells } = await contender.measure({ rate, seconds });
      rows.push([...cells, sustained ? 'sustained' : '']);
      if (sustained) best.set(contender.way, rate);
      // It may have been a neighbour's fault: out after the second rate that was too much.
      else if ((best.get(contender.way) ?? 0) < (rates[rates.indexOf(rate) - 1] ?? 0)) running.delete(contender);
      // What a rate that was too much has piled up is not the next one's fault.
      await pause(1500);
      await contender.measure({ rate: 1, seconds: 0.5 });
    }
  }
  for (const contender of contenders) contender.stop();
  const head = ['way', 'events/s each', 'messages/s', 'arrived', 'median', 'p99', 'server CPU', 'CPU a message', ''];
  print(table(head, rows));
  const [plain = 0, shared = 0] = ways.map((way) => best.get(way) ?? 0);
  print(`\nSustained: plain ${plain}/s, shared ${shared}/s: ${(shared / plain).toFixed(2)}×\n`);
}
