/** Numbers, times and sizes as people read them, in the language of the interface. */

import type { TranslationBundle } from '@jupyterlab/translation';

/** `45 s`, `3 min 12 s`, `2 h 5 min`, `1 d 3 h`: the two largest units. */
export function duration(seconds: number, trans: TranslationBundle): string {
  const whole = Math.max(0, Math.round(seconds));
  const units: [number, string][] = [
    [Math.floor(whole / 86400), trans.__('d')],
    [Math.floor(whole / 3600) % 24, trans.__('h')],
    [Math.floor(whole / 60) % 60, trans.__('min')],
    [whole % 60, trans.__('s')]
  ];
  const first = units.findIndex(([amount]) => amount > 0);
  if (first < 0) {
    return `0 ${trans.__('s')}`;
  }
  return units
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86400],
  ['month', 30 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1]
];

/** `3 minutes ago`. Both in milliseconds. */
export function ago(then: number, now: number, locale: string): string {
  const seconds = Math.round((then - now) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (Math.abs(seconds) < 10) {
    return format.format(0, 'second');
  }
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['second', 1];
  return format.format(Math.trunc(seconds / size), unit);
}

/** `23 Nov 2026, 21:46:10`. */
export function dateTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(iso)
  );
}

export function integer(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** `0.0123`, `1,234.5`, `1.2e-7`: four digits that say something. */
export function number(value: number, locale: string): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) {
    return value.toExponential(2);
  }
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 }).format(value);
}

/** `1.2 GiB`. */
export function bytes(value: number, locale: string): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let power = 0;
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power += 1;
  }
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: power > 0 ? 1 : 0 });
  return `${format.format(value)} ${units[power]}`;
}

/** `4 vCPUs, 8 GiB, 1 GPU`. Memory in MiB. */
export function machine(
  flavor: { vcpus: number; ram: number; gpuCount: number },
  trans: TranslationBundle,
  locale: string
): string {
  const parts = [
    trans._n('%1 vCPU', '%1 vCPUs', flavor.vcpus, flavor.vcpus),
    bytes(flavor.ram * 1024 * 1024, locale)
  ];
  if (flavor.gpuCount > 0) {
    parts.push(trans._n('%1 GPU', '%1 GPUs', flavor.gpuCount, flavor.gpuCount));
  }
  return parts.join(', ');
}
