/**
 * Every feature of the server, in the order in which they start: a new one is a folder with a `feature.ts` and a line
 * here. Runs come first, since others read `context.results`.
 */

import type { ServerCapabilities } from 'vscode-languageserver';
import type { ServerContext } from './context.ts';
import { languagesFeature } from './languages/feature.ts';
import { modelsFeature } from './models/feature.ts';
import { problemsFeature } from './problems/feature.ts';
import { runsFeature } from './runs/feature.ts';

export interface Feature {
  /** What the client is told that the server can do; later features add to earlier ones. */
  readonly capabilities?: ServerCapabilities;
  /** Sets up handlers on `context.connection`; what must end with the server goes into `context.onDispose`. */
  register(context: ServerContext): void;
}

export const features: readonly Feature[] = [
  runsFeature,
  modelsFeature,
  problemsFeature,
  languagesFeature,
];
