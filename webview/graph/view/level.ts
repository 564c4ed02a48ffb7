/** How much is drawn at which zoom. */

export interface DetailLevel {
  /** Coloured rectangles without borders; colours of categories fill them. */
  readonly dots: boolean;
  readonly titles: boolean;
  readonly details: boolean;
  /** Curves and arrowheads instead of straight pieces. */
  readonly curves: boolean;
  /** 'straight' joins only the ends. */
  readonly lines: 'none' | 'straight' | 'full';
  /** Types of tensors beside their lines. */
  readonly lineLabels: boolean;
  readonly badges: boolean;
  readonly frameTitles: boolean;
}

/** Limits are the zooms at which a text of 12 pixels can be read, a box is a smear, and so on. */
export function levelOf(scale: number): DetailLevel {
  return {
    dots: scale < 0.16,
    titles: scale >= 0.42,
    details: scale >= 0.6,
    curves: scale >= 0.3,
    lines: scale < 0.03 ? 'none' : scale < 0.12 ? 'straight' : 'full',
    lineLabels: scale >= 1.25,
    badges: scale >= 0.5,
    frameTitles: scale >= 0.3,
  };
}
