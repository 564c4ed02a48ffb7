/** Figures as people read them: the command line, reports, the editor and its pages all write them alike. */

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Three digits at most, without trailing zeros. */
function threeDigits(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 99.95) return value.toFixed(0);
  return magnitude >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** `4.96 MB`: decimal units, as file managers and disks count. */
export function bytesInWords(bytes: number): string {
  return scaled(bytes, 1000, byteUnits);
}

/** `1.24 M`, `269 k`: parameters, multiply-adds. */
export function countInWords(count: number): string {
  return scaled(count, 1000, ['', 'k', 'M', 'G', 'T']).trimEnd();
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let scale = 0;
  let rest = value;
  // 999.5 would be shown as 1000.
  while (Math.abs(rest) >= base - 0.5 && scale < units.length - 1) {
    rest /= base;
    scale += 1;
  }
  return `${scale === 0 ? rest.toFixed(0) : threeDigits(rest)} ${units[scale]!}`;
}

/** `12.3 ms`, `850 µs`, `4.2 s`, `3 min 20 s`. */
export function durationInWords(milliseconds: number): string {
  if (milliseconds < 1) return `${threeDigits(milliseconds * 1000)} µs`;
  if (milliseconds < 1000) return `${threeDigits(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${threeDigits(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `3.72x`. */
export function ratioInWords(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}

/** Metrics that are shares of samples, shown in percent; the others are shown as they are. */
const shares = new Set(['top1', 'top5', 'agreement', 'map50', 'map', 'exact', 'cer', 'binary', 'iou']);

export function isShare(metric: string): boolean {
  return shares.has(metric);
}

/** The value of a metric in its own unit: `59.4 %`, `0.9987`, `38.2 dB`. JSON has no infinities: they come as null. */
export function metricInWords(metric: string, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return value === null || value > 0 ? 'exact' : String(value);
  if (isShare(metric)) return `${(value * 100).toFixed(1)} %`;
  if (metric === 'sqnr') return `${value.toFixed(1)} dB`;
  if (metric === 'cosine') return value.toFixed(4);
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(2) : value.toPrecision(4);
}

/** A change of a metric, signed: `-0.2 points`, `+0.0012`. */
export function changeInWords(metric: string, change: number): string {
  const sign = change < 0 ? '-' : '+';
  const size = Math.abs(change);
  if (isShare(metric)) return `${sign}${(size * 100).toFixed(1)} points`;
  return `${sign}${metricInWords(metric, size)}`;
}

/** `1 layer`, `12 layers`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
