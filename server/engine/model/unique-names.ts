/** Names that are taken, and new ones beside them. */

export class UniqueNames {
  private readonly taken = new Set<string>();
  /** The number to try next for a base: thousands of nodes may ask for the same one. */
  private readonly next = new Map<string, number>();

  has(name: string): boolean {
    return this.taken.has(name);
  }

  add(name: string): void {
    if (name) this.taken.add(name);
  }

  release(name: string): void {
    if (this.taken.delete(name)) this.next.delete(name);
  }

  /** `base`, or `base_1`, `base_2`, … where it is taken; taken from now on. */
  claim(base: string): string {
    let name = base;
    if (this.taken.has(base)) {
      let number = this.next.get(base) ?? 1;
      while (this.taken.has(`${base}_${number}`)) number += 1;
      name = `${base}_${number}`;
      this.next.set(base, number + 1);
    }
    this.taken.add(name);
    return name;
  }
}
