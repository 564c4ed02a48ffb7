/** What buttons and keys ask for: all that the host can ask for, and what is the page's own. */

import type { GraphAction } from '../../../protocol/page.ts';

export type PageAction = GraphAction | 'togglePanel' | 'toggleOutline';
