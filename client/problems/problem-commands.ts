import { window, type QuickPickItem } from 'vscode';
import type { ModelProblem, RecipeEdit } from '../../protocol/problems.ts';
import type { OpenGraphs } from '../graph/open-graphs.ts';
import type { Models } from '../models/models.ts';
import { fileName } from '../models/page-model.ts';
import { whichModel } from '../models/which-model.ts';
import type { PageServices } from '../pages/page-handlers.ts';
import type { Disposable } from '../support/disposable.ts';
import type { Log } from '../support/log.ts';
import { registerCommand } from '../support/register.ts';
import { documentationCommand } from './documentation.ts';

interface FixItem extends QuickPickItem {
  readonly edit: RecipeEdit;
}

const icons = { error: '$(error)', warning: '$(warning)', info: '$(info)' } as const;

/** Every fix of every problem, with the problem it mends; problems of the node `first` come first. */
export function fixItems(problems: readonly ModelProblem[], first: string | null): FixItem[] {
  const mendable = problems.filter(({ fixes }) => fixes.length > 0);
  const sorted = [...mendable].sort((a, b) => Number(b.node === first) - Number(a.node === first));
  return sorted.flatMap(({ code, severity, message, node, fixes }) => fixes.map(({ title, edit }) => ({
    label: `${icons[severity]} ${title}`,
    ...(node === undefined ? {} : { description: node }),
    detail: `${code}: ${message}`,
    edit,
  })));
}

/** `lathe.openDocumentation`: where the code of a problem leads. */
export function registerDocumentationCommand(log: Log, services: PageServices): Disposable {
  return registerCommand(log, documentationCommand, async (code) => {
    if (typeof code === 'string') await services.openDocumentation(code);
  });
}

/** `lathe.fixProblem`: the fixes that the Problems panel cannot offer for a file that is no text. */
export function registerFixCommand(
  log: Log, models: Models, graphs: OpenGraphs, services: PageServices,
): Disposable {
  return registerCommand(log, 'lathe.fixProblem', async (given) => {
    const model = await whichModel(given, graphs, 'Fix a Problem');
    if (!model) return;
    const lease = models.acquire(model);
    try {
      await lease.session.complete();
      await lease.session.readProblems();
      const items = fixItems(lease.session.problems, graphs.of(model)?.selected ?? null);
      if (items.length === 0) {
        const known = lease.session.problems.length;
        const found = known === 0 ? 'has no problems' : 'has no problem that a change of the recipe mends';
        void window.showInformationMessage(`${fileName(model.path)} ${found}.`);
        return;
      }
      const chosen = await window.showQuickPick(items, {
        title: `Fix a Problem of ${fileName(model.path)}`, placeHolder: 'Edits the recipe; undo takes it back',
        matchOnDescription: true, matchOnDetail: true,
      });
      if (chosen) await services.applyFix(model, chosen.edit);
    } finally {
      lease.dispose();
    }
  });
}
