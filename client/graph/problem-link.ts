/**
 * How a diagnostic of a model says which layer it is about: in the fragment of its uri. VS Code lists diagnostics of
 * such uris under the file itself, and hands the fragment to the custom editor when one is clicked, while it keeps the
 * selected range for text editors.
 */
const prefix = 'node=';

/** The node that a uri's (decoded) fragment names; undefined where it names none. */
export function nodeOfFragment(fragment: string): string | undefined {
  return fragment.startsWith(prefix) && fragment.length > prefix.length ? fragment.slice(prefix.length) : undefined;
}

export function fragmentOfNode(node: string): string {
  return prefix + node;
}
