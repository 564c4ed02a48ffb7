/** Figures laid over the graph as colours: a heat map. */

/** What the numbers mean and which end is the bad one. */
export interface OverlayMeasure {
  /** Stable: 'drop', 'sqnr', 'latency', 'weightBytes', …. */
  readonly id: string;
  /** As shown in the list of overlays: "Accuracy drop alone in int8". */
  readonly title: string;
  /** 'dB', 'ms', 'bytes', 'points', '%', or empty. */
  readonly unit: string;
  /** Whether a large figure is the bad end ('high'), the good end ('low') or neither. */
  readonly bad: 'high' | 'low' | 'none';
  /** How a collapsed group shows its nodes. */
  readonly aggregate: 'sum' | 'max' | 'min' | 'mean';
}

export interface Overlay extends OverlayMeasure {
  /** Where the figures come from: run, data, samples, machine. */
  readonly source: string;
  /** Figures by node name; nodes that are not listed have none. */
  readonly values: Readonly<Record<string, number>>;
  /** What to say of a node besides its figure, by node name. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Limits of the legend, in ascending order; without them the view chooses quantiles. */
  readonly thresholds?: readonly number[];
}
