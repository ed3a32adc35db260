import type { Language } from './index.js';

/** 850 MB, 1.2 GB: powers of 1000, as disks and graphics cards are sold and as the other numbers of the page count. */
export function bytes(value: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  const maximumFractionDigits = power > 2 || (power === 2 && scaled < 10) ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits,
  }).format(scaled);
}

/** 0.8 s, 12 s, 3 min 20 s, 1 h 5 min. */
export function duration(value: number, language: Language): string {
  const unit = (amount: number, name: 'hour' | 'minute' | 'second', digits = 0) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: language === 'en' ? 'narrow' : 'short',
      maximumFractionDigits: digits,
    })
      .format(amount)
      .replace(/(\d)([a-z])/g, '$1 $2')
      .replace(/ m$/, ' min');
  if (value < 9.5) return unit(value, 'second', value < 3 ? 1 : 0);
  const whole = Math.round(value);
  if (whole < 60) return unit(whole, 'second');
  if (whole < 3600) return joined(unit(Math.floor(whole / 60), 'minute'), whole % 60, unit(whole % 60, 'second'));
  const minutes = Math.round(whole / 60);
  return joined(unit(Math.floor(minutes / 60), 'hour'), minutes % 60, unit(minutes % 60, 'minute'));
}

function joined(large: string, rest: number, small: string): string {
  return rest === 0 ? large : `${large} ${small}`;
}
