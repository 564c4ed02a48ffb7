import { commands, Uri, window, workspace } from 'vscode';
import { compareTensors, nodeDetails, tensorStatistics } from '../../protocol/model.ts';
import type { RecipeEdit } from '../../protocol/problems.ts';
import { FailureError } from '../server/failure-error.ts';
import type { ServerLink } from '../server/server-link.ts';
import { fileName } from '../models/page-model.ts';
import { pageMayRun } from './page-commands.ts';
import type { PageHandlers } from './page-link.ts';

/** What pages need of the rest of the extension. */
export interface PageServices {
  readonly link: ServerLink;
  readonly applyFix: (model: Uri, edit: RecipeEdit) => Promise<void>;
  readonly openDocumentation: (code: string) => Promise<void>;
  readonly revealNode: (model: Uri, node: string, overlay?: string) => Promise<void>;
}

/** Where a page's file goes unless the user says otherwise: beside the model, or into the workspace. */
function placeFor(name: string, model: Uri | undefined): Uri {
  const folder = model === undefined ? workspace.workspaceFolders?.[0]?.uri : Uri.joinPath(model, '..');
  return folder === undefined ? Uri.file(name) : Uri.joinPath(folder, fileName(name));
}

/**
 * Answers what a page asks; `model` is the one it shows, as the first argument of its commands and the place of its
 * files.
 */
export function pageHandlers({ link, ...services }: PageServices, model?: Uri): PageHandlers {
  return {
    nodeDetails: (params) => link.request(nodeDetails, params),
    compareTensors: (params) => link.request(compareTensors, params),
    tensorStatistics: (params) => link.request(tensorStatistics, params),
    applyFix: async ({ uri, edit }) => {
      await services.applyFix(Uri.parse(uri), edit);
      return null;
    },
    save: async ({ suggestedName, title, bytes }) => {
      const place = await window.showSaveDialog({ title, defaultUri: placeFor(suggestedName, model) });
      if (place === undefined) return false;
      await workspace.fs.writeFile(place, bytes);
      return true;
    },
    openFile: async ({ title, extensions }) => {
      const [file] = await window.showOpenDialog({
        title,
        filters: { [title]: [...extensions] },
        ...(model === undefined ? {} : { defaultUri: Uri.joinPath(model, '..') }),
      }) ?? [];
      if (file === undefined) return null;
      return { name: fileName(file.path), text: new TextDecoder().decode(await workspace.fs.readFile(file)) };
    },
    command: async (params) => {
      if (!pageMayRun(params.command)) {
        throw new FailureError({ code: 'INTERNAL', message: `Pages cannot run the command ${params.command}.` });
      }
      // A command tells its own failures, and may wait for the user: the page does not wait with it.
      const target = params.arguments.length > 0 || model === undefined ? params.arguments : [model];
      void commands.executeCommand(params.command, ...target);
      return null;
    },
    openDocumentation: async ({ code }) => {
      await services.openDocumentation(code);
      return null;
    },
    revealNode: async ({ path, node, overlay }) => {
      await services.revealNode(Uri.file(path), node, overlay);
      return null;
    },
  };
}
