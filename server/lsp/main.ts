/** The language server's process: VS Code starts it and speaks with it over node's channel between processes. */

import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server.ts';

serve(createConnection(ProposedFeatures.all));
