import type { SimulatedGrant, Simulation } from '../../support/policy-simulation.js';
import type { WorkloadJob } from './workload.js';

export interface Panel {
  readonly title: string;
  /** What is to be seen in it. */
  readonly note: string;
  readonly simulation: Simulation;
}

const width = 1120;
const margin = 24;
const labels = 118;
const row = 17;
const head = 58;
const axis = 34;
const palette = ['#2f6f9f', '#e2773a', '#4b9b6e', '#a0559e', '#8a7a3b'];
const ink = '#1f2933';
const faded = '#7b8794';
const hairline = '#d5dbe1';

/**
 * A picture of what ran when, a panel for each policy on one scale of time: a line for every generation from its arrival to its
 * end, thick where it is computed, pale where it only encodes text or decodes.
 */
export function timeline(jobs: readonly WorkloadJob[], panels: readonly Panel[]): string {
  const classes = [...new Set(jobs.map((job) => job.class))].sort();
  const end = Math.max(...panels.flatMap(({ simulation }) => [...simulation.ended.values()]));
  const panelHeight = head + jobs.length * row + axis;
  const height = panels.length * (panelHeight + margin) + margin + 30;
  const body = panels.map((panel, i) => {
    const y = margin + i * (panelHeight + margin);
    return `<g transform="translate(0 ${y})">${drawPanel(jobs, panel, classes, end)}</g>`;
  });
  const font = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${font}>`,
    `<rect width="${width}" height="${height}" fill="#f4f6f8"/>`,
    ...body,
    `<g transform="translate(${margin + 16} ${height - 20})">${legend(classes)}</g>`,
    '</svg>\n',
  ].join('\n');
}

function drawPanel(jobs: readonly WorkloadJob[], panel: Panel, classes: readonly string[], end: number): string {
  const inner = width - 2 * margin - labels - 64;
  const x = (seconds: number): number => margin + labels + 12 + (seconds / end) * inner;
  const bottom = head + jobs.length * row;
  const parts = [
    `<rect x="${margin}" width="${width - 2 * margin}" height="${bottom + axis}" rx="10" fill="#fff"/>`,
    text(margin + 16, 26, panel.title, `font-size="16" font-weight="600" fill="${ink}"`),
    text(margin + 16, 44, panel.note, `font-size="12.5" fill="${faded}"`),
  ];
  for (const seconds of ticks(end)) {
    const at = x(seconds).toFixed(1);
    parts.push(`<path d="M${at} ${head - 4}V${bottom + 4}" stroke="${hairline}" stroke-width="1"/>`);
    parts.push(text(at, bottom + 20, `${seconds} s`, `font-size="11" fill="${faded}" text-anchor="middle"`));
  }
  jobs.forEach((job, i) => {
    const colour = palette[classes.indexOf(job.class) % palette.length] as string;
    const line = { job, colour, y: head + i * row + row / 2, x };
    parts.push(drawJob(line, panel.simulation));
  });
  return parts.join('\n');
}

interface Line {
  readonly job: WorkloadJob;
  readonly colour: string;
  readonly y: number;
  readonly x: (seconds: number) => number;
}

function drawJob({ job, colour, y, x }: Line, { ended, grants }: Simulation): string {
  const own = grants.filter(({ asks }) => asks.some(({ generationId }) => generationId === job.id));
  const end = ended.get(job.id);
  const parts = [
    text(margin + 16, y + 4, `${job.class} · ${job.client}`, `font-size="11.5" fill="${ink}"`),
    `<path d="M${fixed(x(job.arrival))} ${y}H${fixed(x(end ?? job.arrival))}" stroke="${colour}" stroke-width="1.5" stroke-opacity="0.35"/>`,
    `<path d="M${fixed(x(job.arrival))} ${y - 4}V${y + 4}" stroke="${colour}" stroke-width="1.5"/>`,
  ];
  for (const bar of bars(own)) {
    const wide = Math.max(0.8, x(bar.to) - x(bar.from));
    const opacity = bar.stage === 'step' ? 1 : 0.45;
    parts.push(
      `<rect x="${fixed(x(bar.from))}" y="${y - 5}" width="${fixed(wide)}" height="10" rx="1.5" fill="${colour}" fill-opacity="${opacity}"/>`,
    );
  }
  if (end !== undefined) {
    parts.push(
      text(x(end) + 7, y + 3.5, `${(end - job.arrival).toFixed(1)}`, `font-size="10" fill="${faded}"`),
      `<circle cx="${fixed(x(end) + 1)}" cy="${y}" r="2.6" fill="#fff" stroke="${colour}" stroke-width="1.6"/>`,
    );
  }
  return parts.join('');
}

/** Units of one kind without a gap between them are one bar. */
function bars(grants: readonly SimulatedGrant[]): { from: number; to: number; stage: string }[] {
  const found: { from: number; to: number; stage: string }[] = [];
  for (const { from, to, stage, loadSeconds } of grants) {
    const begun = from + loadSeconds;
    const last = found.at(-1);
    if (last && last.stage === stage && begun - last.to < 1e-6) last.to = to;
    else found.push({ from: begun, to, stage });
  }
  return found;
}

/** About ten, at round numbers. */
function ticks(end: number): number[] {
  const rough = end / 10;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

function legend(classes: readonly string[]): string {
  const entries = classes.map((name, i) => {
    const colour = palette[i % palette.length] as string;
    return `<rect x="${i * 110}" y="-9" width="18" height="10" rx="1.5" fill="${colour}"/>${text(i * 110 + 25, 0, name, `font-size="12" fill="${ink}"`)}`;
  });
  const words = 'thin: waiting · solid: denoising · pale: text or decoding · number: seconds from arrival to end';
  return entries.join('') + text(classes.length * 110 + 10, 0, words, `font-size="12" fill="${faded}"`);
}

const fixed = (value: number): string => value.toFixed(1);

function text(x: number | string, y: number, content: string, attributes: string): string {
  const at = typeof x === 'number' ? fixed(x) : x;
  return `<text x="${at}" y="${y}" ${attributes}>${content.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`;
}
