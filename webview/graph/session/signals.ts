/** Who wants to hear of which change. */

export class Signals<Topic extends string> {
  readonly #listeners = new Map<Topic, (() => void)[]>();

  on(topics: readonly Topic[], listener: () => void): void {
    for (const topic of topics) {
      const listeners = this.#listeners.get(topic);
      if (listeners) listeners.push(listener);
      else this.#listeners.set(topic, [listener]);
    }
  }

  emit(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }
}
