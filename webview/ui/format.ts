/** Figures as pages write them: those of the command line and of reports, and a few that only a picture needs. */

export {
  bytesInWords, changeInWords, countInWords, durationInWords, isShare, metricInWords, plural, ratioInWords,
} from '../../protocol/words.ts';

/** `12.3 %`; `<0.1 %` for what would be shown as nothing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1 %';
  return `${(share * 100).toFixed(1)} %`;
}

/** `44.2 dB`. */
export function decibels(db: number): string {
  return Number.isFinite(db) ? `${db.toFixed(1)} dB` : 'exact';
}

/** `12,345`: whole numbers whose every digit counts. */
export function wholeNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A number of any size with `digits` significant ones: `0.0123`, `1.23e-7`, `12345`. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}

/** `23 Nov 2026, 20:36`, in the reader's own time zone. */
export function dateTime(millisecondsSince1970: number): string {
  return new Date(millisecondsSince1970).toLocaleString('en-GB', {
    day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit',
  });
}

/** The last part of a path of any system. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
