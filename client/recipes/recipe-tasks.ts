import {
  ProcessExecution, Task, TaskGroup, tasks, TaskScope, workspace, type ExtensionContext, type TaskDefinition,
  type TaskProvider, type Uri, type WorkspaceFolder,
} from 'vscode';
import { serverSettings } from '../server/settings.ts';
import type { Disposable } from '../support/disposable.ts';

const taskType = 'lathe';
const offeredRecipes = 100;

interface RecipeTask extends TaskDefinition {
  readonly recipe: string;
  readonly threads?: number;
}

function isRecipeTask(definition: TaskDefinition): definition is RecipeTask {
  return definition.type === taskType && typeof definition['recipe'] === 'string';
}

/** Runs recipes as tasks: the same command line that a terminal or CI runs, with its output and exit code. */
class RecipeTasks implements TaskProvider {
  private readonly program: string;

  constructor(context: ExtensionContext) {
    this.program = context.asAbsolutePath('dist/server/lathe.js');
  }

  async provideTasks(): Promise<Task[]> {
    const recipes = await workspace.findFiles('**/*.lathe.{yaml,yml}', '**/node_modules/**', offeredRecipes);
    return recipes.flatMap((uri) => {
      const folder = workspace.getWorkspaceFolder(uri);
      return folder ? [this.task({ type: taskType, recipe: relativeTo(folder, uri) }, folder)] : [];
    });
  }

  resolveTask({ definition, scope }: Task): Task | undefined {
    const folder = typeof scope === 'object' ? scope : workspace.workspaceFolders?.[0];
    return isRecipeTask(definition) ? this.task(definition, folder) : undefined;
  }

  private task(definition: RecipeTask, folder: WorkspaceFolder | undefined): Task {
    const threads = definition.threads ?? serverSettings().threads;
    const args = [this.program, 'run', definition.recipe, ...(threads > 0 ? ['--threads', String(threads)] : [])];
    const execution = new ProcessExecution(process.execPath, args, {
      // In a desktop VS Code this process is Electron, which is Node when told so.
      env: { ELECTRON_RUN_AS_NODE: '1' },
      ...(folder === undefined ? {} : { cwd: folder.uri.fsPath }),
    });
    const task = new Task(
      definition, folder ?? TaskScope.Workspace, `run ${definition.recipe}`, taskType, execution, '$lathe',
    );
    task.group = TaskGroup.Build;
    return task;
  }
}

function relativeTo(folder: WorkspaceFolder, uri: Uri): string {
  return uri.path.slice(folder.uri.path.length + 1);
}

export function registerRecipeTasks(context: ExtensionContext): Disposable {
  return tasks.registerTaskProvider(taskType, new RecipeTasks(context));
}
