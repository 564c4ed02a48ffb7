/** Groups from the names of nodes: exporters write the path of the module before the operator, "/layer1/conv/Conv". */

/** A scope that is worth a group. */
export interface NameScope {
  /** Index of the scope around it, which comes before it; -1 for none. */
  readonly parent: number;
  /** The last part of its path, or the last parts where a scope holds nothing but another one. */
  readonly name: string;
}

export interface NameScopes {
  readonly scopes: readonly NameScope[];
  /** By node, in the order of the names given: the innermost scope, -1 for none. */
  readonly scopeOf: Int32Array;
}

interface Draft {
  readonly parent: Draft | undefined;
  readonly part: string;
  readonly children: Map<string, Draft>;
  /** With those of the scopes inside. */
  nodes: number;
  /** Nodes that are in no scope inside. */
  own: number;
  /** Stretches of nodes that follow each other. */
  runs: number;
  /** Named after the operator of all its nodes, as in "Cast.3". */
  isKind: boolean;
  /** Position of the last of its nodes. */
  last: number;
  number: number;
}

/** A scope whose nodes lie scattered is no module but a kind of operator, or a name by chance. */
const nodesForEachRun = 3;

/** A scope around nearly all that there is says nothing. */
const everything = 0.9;

export interface Named {
  readonly name: string;
  readonly opType: string;
}

/** Of the nodes of one graph, in the order of the file. */
export function scopesOf(nodes: readonly Named[]): NameScopes {
  const root = draft(undefined, '');
  const innermost: Draft[] = [];
  let prefix = '';
  let here: readonly Draft[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const { name, opType } = nodes[i]!;
    // Neighbours are mostly in the same scope.
    const length = scopeLength(name);
    if (length !== prefix.length || !name.startsWith(prefix)) {
      prefix = name.slice(0, length);
      here = scopesAlong(root, partsOf(prefix), here);
    }
    for (const scope of here) {
      scope.nodes += 1;
      if (scope.last !== i - 1) scope.runs += 1;
      scope.last = i;
    }
    const inner = here.at(-1) ?? root;
    inner.own += 1;
    if (inner.part !== opType) inner.isKind = false;
    innermost.push(inner);
  }
  const scopes: NameScope[] = [];
  number(root, nodes.length, scopes);
  return { scopes, scopeOf: Int32Array.from(innermost, ({ number }) => number) };
}

/** The scopes along a path, from the outermost; `before` is what was found for the node before. */
function scopesAlong(root: Draft, path: readonly string[], before: readonly Draft[]): Draft[] {
  let shared = 0;
  while (shared < path.length && before[shared]?.part === path[shared]) shared += 1;
  const scopes = before.slice(0, shared);
  for (let depth = shared; depth < path.length; depth++) {
    scopes.push(childOf(scopes[depth - 1] ?? root, path[depth]!));
  }
  return scopes;
}

/** Length of the part of a name that says where the node is: "/a/b/" of "/a/b/Conv", "a.b." of "a.b.3". */
function scopeLength(name: string): number {
  const slash = name.lastIndexOf('/');
  return (slash >= 0 ? slash : name.lastIndexOf('.')) + 1;
}

function partsOf(prefix: string): readonly string[] {
  if (prefix === '') return [];
  const parts = prefix.split(prefix.endsWith('/') ? '/' : '.');
  parts.pop();
  return parts[0] === '' ? parts.slice(1) : parts;
}

function draft(parent: Draft | undefined, part: string): Draft {
  return { parent, part, children: new Map(), nodes: 0, own: 0, runs: 0, isKind: true, last: -2, number: -1 };
}

function childOf(scope: Draft, part: string): Draft {
  let child = scope.children.get(part);
  if (!child) scope.children.set(part, (child = draft(scope, part)));
  return child;
}

/** Numbers the scopes that become groups; what is inside the others belongs to the scope around them. */
function number(root: Draft, all: number, scopes: NameScope[]): void {
  const waiting = [{ scope: root, around: -1, prefix: '' }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { scope, around } = next;
    const path = next.prefix === '' ? scope.part : `${next.prefix}/${scope.part}`;
    const children = [...scope.children.values()].reverse();
    const [only] = children;
    if (isGroup(scope, all) && scope.own === 0 && only?.nodes === scope.nodes) {
      waiting.push({ scope: only, around, prefix: path });
      continue;
    }
    scope.number = isGroup(scope, all) ? scopes.push({ parent: around, name: path }) - 1 : around;
    for (const child of children) waiting.push({ scope: child, around: scope.number, prefix: '' });
  }
}

function isGroup({ parent, nodes, runs, own, isKind }: Draft, all: number): boolean {
  if (!parent || nodes < 2 || nodes > all * everything) return false;
  return runs <= 1 + nodes / nodesForEachRun && !(isKind && own === nodes);
}
