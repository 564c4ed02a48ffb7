/** The entry of the compare page. */

import '../ui/base.css';
import '../ui/parts.css';
import '../ui/charts/charts.css';
import './compare.css';
import type { ComparePageEvent } from '../../protocol/page.ts';
import { connectPage, failureText } from '../ui/page.ts';
import { ComparePage } from './compare-page.ts';

const script = document.currentScript;
if (!(script instanceof HTMLScriptElement)) throw new Error('The compare page must be started by a script element.');

const link = connectPage<ComparePageEvent>();
// The worker's bundle lies beside this one, wherever the host serves it from.
const page = new ComparePage(link, new URL('layout-worker.js', script.src).href);
link.onEvent((event) => {
  page.receive(event).catch((error: unknown) => {
    link.log('error', error instanceof Error ? error.stack ?? error.message : failureText(error));
  });
});
link.ready();
