import { CancellationTokenSource, Uri, window, workspace } from 'vscode';
import {
  adviseRecipe, findData, listTargets, type FoundData, type RecipeAdvice, type TargetChoice, type Technique,
} from '../../protocol/advice.ts';
import type { DataChoice } from '../../protocol/runs.ts';
import { fileName } from '../models/page-model.ts';
import type { ServerLink } from '../server/server-link.ts';
import { accuracyBudget, serverSettings } from '../server/settings.ts';
import {
  dataChoices, isSuggestedData, parseBudget, preferenceChoices, recipeChoices, suggestedTarget, targetChoices,
  wizardTitle, type Preference, type RecipeAnswer,
} from './choices.ts';
import { askQuestion, type Answer } from './quick-question.ts';
import { askInOrder, type Step, type StepEnd } from './steps.ts';

/** What came of the questions: a recipe, and what the user wants with it. */
export interface WizardResult {
  readonly advice: RecipeAdvice;
  readonly then: RecipeAnswer;
}

function endOf(answer: Answer<unknown>): StepEnd {
  return answer.kind === 'answer' ? 'next' : answer.kind;
}

/** The data sets that lie about, for the second look of a user who goes back as well. */
export function findDataFor(link: ServerLink, model: Uri): Promise<readonly FoundData[]> {
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  return link.request(findData, { model: model.fsPath, folders });
}

/** Asks for a folder or a file with data; undefined when the user changes their mind. */
export async function browseForData(what: 'folder' | 'file', model: Uri): Promise<DataChoice | undefined> {
  const [place] = await window.showOpenDialog({
    title: what === 'folder' ? 'Choose a folder of pictures' : 'Choose a file with data',
    canSelectFolders: what === 'folder',
    canSelectFiles: what === 'file',
    defaultUri: Uri.joinPath(model, '..'),
    ...(what === 'file' ? { filters: { Data: ['yaml', 'yml', 'npz', 'npy', 'jsonl'] } } : {}),
  }) ?? [];
  return place && { data: place.fsPath };
}

export interface WizardOptions {
  /** Without one the advisor chooses. */
  readonly technique?: Technique;
  /** `false` where only the recipe is wanted. */
  readonly mayRun?: boolean;
}

/** The wizard's answers while it runs. */
class CompressWizard {
  private readonly link: ServerLink;
  private readonly model: Uri;
  private readonly technique: Technique | undefined;
  private readonly mayRun: boolean;
  private readonly title: string;
  private readonly targets: Promise<readonly TargetChoice[]>;
  private readonly found: Promise<readonly FoundData[]>;
  private target = serverSettings().target;
  private preference: Preference;
  private data: DataChoice | undefined;
  private result: WizardResult | undefined;

  constructor(link: ServerLink, model: Uri, { technique, mayRun = true }: WizardOptions) {
    this.mayRun = mayRun;
    this.link = link;
    this.model = model;
    this.technique = technique;
    this.title = wizardTitle(technique, fileName(model.path));
    this.targets = link.request(listTargets, {});
    this.found = findDataFor(link, model);
    // Whoever leaves before these are answered has no use for their failures.
    this.found.catch(() => undefined);
    this.preference = { prefer: 'both', maxDrop: accuracyBudget(model) };
  }

  async ask(): Promise<WizardResult | undefined> {
    const steps: readonly Step[] = [
      { ask: (place, of) => this.askPreference(place, of) },
      { ask: (place, of) => this.askData(place, of) },
      { ask: (place, of) => this.askRecipe(place, of) },
    ];
    return await askInOrder(steps) ? this.result : undefined;
  }

  private async askPreference(place: number, of: number): Promise<StepEnd> {
    for (;;) {
      const { prefer, maxDrop } = this.preference;
      const answer = await askQuestion({
        title: this.title, placeholder: 'What matters?', place, of,
        items: this.chosenTarget().then((target) => preferenceChoices(maxDrop, target)),
        suggested: (value) => typeof value === 'object' && value.prefer === prefer,
      });
      if (answer.kind !== 'answer') return answer.kind;
      if (answer.value === 'target') await this.askTarget();
      else if (answer.value === 'budget') await this.askBudget();
      else {
        this.preference = answer.value;
        return 'next';
      }
    }
  }

  private async chosenTarget(): Promise<TargetChoice> {
    const target = suggestedTarget(await this.targets, this.target);
    if (target === undefined) throw new Error('The server knows no targets.');
    return target;
  }

  private async askTarget(): Promise<void> {
    const { name: suggested } = await this.chosenTarget();
    const answer = await askQuestion({
      title: this.title, placeholder: 'Where will the model run?',
      items: this.targets.then((targets) => targetChoices(targets, suggested)),
    });
    if (answer.kind === 'answer') this.target = answer.value;
  }

  private async askBudget(): Promise<void> {
    const { maxDrop } = this.preference;
    const text = await window.showInputBox({
      title: this.title,
      prompt: 'How many points of accuracy may be lost? 1 is one percentage point. Empty: what is usual.',
      value: maxDrop === undefined ? '' : String(maxDrop * 100),
      validateInput: (value) => value.trim() === '' || parseBudget(value) !== undefined
        ? undefined
        : 'A number from 0 to 100, such as 0.5.',
    });
    if (text !== undefined) this.preference = { ...this.preference, maxDrop: parseBudget(text) };
  }

  private async askData(place: number, of: number): Promise<StepEnd> {
    const found = this.found.catch((): FoundData[] => []);
    for (;;) {
      const known = await found;
      const answer = await askQuestion({
        title: this.title, placeholder: 'What data shall it be measured with?', place, of,
        items: Promise.resolve(dataChoices(known, 'calibrates with random values; accuracy is not measured')),
        suggested: (value) => isSuggestedData(known, value),
      });
      if (answer.kind !== 'answer') return answer.kind;
      if (answer.value.kind === 'browse') {
        this.data = await browseForData(answer.value.what, this.model);
        if (this.data === undefined) continue;
        return 'next';
      }
      this.data = answer.value.kind === 'data' ? answer.value.data : undefined;
      return 'next';
    }
  }

  private async askRecipe(place: number, of: number): Promise<StepEnd> {
    const { prefer, maxDrop } = this.preference;
    const leaving = new CancellationTokenSource();
    const advising = this.link.request(adviseRecipe, {
      model: this.model.fsPath,
      // The name that the first question showed, so that a setting which names no target cannot change it.
      target: (await this.chosenTarget()).name,
      prefer,
      ...(maxDrop === undefined ? {} : { maxDrop }),
      ...(this.data === undefined ? {} : { data: this.data }),
      ...(this.technique === undefined ? {} : { technique: this.technique }),
    }, leaving.token);
    const answer = await askQuestion({
      title: this.title, placeholder: `Enter writes the recipe${this.mayRun ? ' and runs it' : ''}`, place, of,
      waiting: 'Trying out what suits the model…',
      items: advising.then((advice) => recipeChoices(advice, fileName(advice.recipe), this.mayRun)),
    });
    if (answer.kind !== 'answer') leaving.cancel();
    leaving.dispose();
    if (answer.kind === 'answer') this.result = { advice: await advising, then: answer.value };
    return endOf(answer);
  }
}

/** Asks what a recipe needs to know; undefined when the user left. */
export function askForRecipe(
  link: ServerLink, model: Uri, options: WizardOptions,
): Promise<WizardResult | undefined> {
  return new CompressWizard(link, model, options).ask();
}
