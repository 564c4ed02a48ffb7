/** The entry of the graph page. */

import { connectPage } from '../ui/page.ts';
import type { GraphPageEvent } from '../../protocol/page.ts';
import '../ui/base.css';
import '../ui/charts/charts.css';
import './graph.css';
import { GraphPage } from './page/graph-page.ts';

const script = document.currentScript;
if (!(script instanceof HTMLScriptElement)) throw new Error('The graph page must be started by a script element.');

const link = connectPage<GraphPageEvent>();
// The worker's bundle lies beside this one, wherever the host serves it from.
new GraphPage(link, new URL('layout-worker.js', script.src).href);
link.ready();
