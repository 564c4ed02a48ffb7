/** Requests whose answer the page does not wait for: what goes wrong goes to the log. The host tells the user. */

import type { GraphPageEvent } from '../../../protocol/page.ts';
import { failureText, type PageLink } from '../../ui/page.ts';

export function reporting(link: PageLink<GraphPageEvent>, request: Promise<unknown>): void {
  request.catch((error: unknown) => link.log('error', failureText(error)));
}
