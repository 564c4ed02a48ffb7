import { QuickInputButtons, window, type QuickPickItem } from 'vscode';

export interface QuestionItem<Value> extends QuickPickItem {
  /** Absent for separators. */
  readonly value?: Value;
}

export interface Question<Value> {
  readonly title: string;
  readonly placeholder: string;
  /** Shown in the place of the items until they are there; Enter on it takes what is suggested then. */
  readonly waiting?: string;
  /** 1-based number of the step, and the number of all; absent for a question aside, which has a way back. */
  readonly place?: number;
  readonly of?: number;
  /** May still be on their way: the list is shown at once and says so. */
  readonly items: Promise<readonly QuestionItem<Value>[]>;
  /** The item that Enter takes; the first one otherwise. */
  readonly suggested?: (value: Value) => boolean;
}

export type Answer<Value> =
  | { readonly kind: 'answer'; readonly value: Value }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancel' };

/** Asks one question of a wizard as a list. Rejects when the items cannot be had. */
export async function askQuestion<Value>(question: Question<Value>): Promise<Answer<Value>> {
  const input = window.createQuickPick<QuestionItem<Value>>();
  input.title = question.title;
  input.placeholder = question.placeholder;
  input.step = question.place;
  input.totalSteps = question.of;
  input.ignoreFocusOut = true;
  input.matchOnDescription = true;
  input.busy = true;
  // A list without items would not hear Enter.
  input.items = [{ label: `$(loading~spin) ${question.waiting ?? 'Looking…'}` }];
  if (question.place !== 1) input.buttons = [QuickInputButtons.Back];

  // Enter that comes before the items do must not be lost.
  let impatient = false;
  try {
    return await new Promise<Answer<Value>>((resolve, reject) => {
      const accept = (): void => {
        const value = (input.activeItems[0] ?? input.selectedItems[0])?.value;
        if (value !== undefined) resolve({ kind: 'answer', value });
        else if (input.busy) impatient = true;
      };
      input.onDidAccept(accept);
      input.onDidHide(() => resolve({ kind: 'cancel' }));
      input.onDidTriggerButton(() => resolve({ kind: 'back' }));
      input.show();
      question.items.then((items) => {
        input.items = items;
        const suggested = items.find(({ value }) => value !== undefined && question.suggested?.(value) === true)
          ?? items.find(({ value }) => value !== undefined);
        if (suggested) input.activeItems = [suggested];
        input.busy = false;
        if (impatient && suggested?.value !== undefined) resolve({ kind: 'answer', value: suggested.value });
      }, reject);
    });
  } finally {
    input.dispose();
  }
}
