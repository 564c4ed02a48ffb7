/** onnxruntime's messages as errors: what happened and where, without the addresses of its source code. */

import { LatheError, type ErrorPlace } from '../errors.ts';
import { dataTypeFromCode } from '../tensor/dtype.ts';

/** What was going on. */
export type Doing = 'start' | 'load the model' | 'run the model';

export interface OrtMessage {
  /** One line. */
  readonly text: string;
  /** The node that it is about. */
  readonly node?: string;
}

/** @param model path of the model, when it has one */
export function ortError(message: string, doing: Doing, model?: string): LatheError {
  const { text, node } = cleanOrtMessage(message);
  const at: ErrorPlace = { ...(model !== undefined && { file: model }), ...(node !== undefined && { node }) };
  const where = node === undefined ? '' : ` at node "${node}"`;
  return new LatheError('RUNTIME', `onnxruntime cannot ${doing}${where}: ${text}`, { detail: message, at });
}

type Groups = Readonly<Record<string, string | undefined>>;

/** Messages that are told in other words; a group `node` names the node. The first that fits is taken. */
const forms: readonly (readonly [pattern: RegExp, tell: (groups: Groups) => string])[] = [
  [
    /^Non-zero status code returned while running (?<op>\S+) node\. Name:'(?<node>.*?)' Status Message: (?<rest>[^]*)/,
    ({ op, rest = '' }) => `${op}: ${withoutSource(rest)}`,
  ],
  [
    /^Could not find an implementation for (?<op>\S+?)\((?<version>-?\d+)\) node with name '(?<node>.*?)'/,
    ({ op, version }) => `it has no implementation of ${op} (operator set ${version})`,
  ],
  [
    /^Failed to find kernel for (?<op>\S+?)\((?<version>-?\d+)\) \(node:'(?<node>.*?)'(?:[^]* \((?<type>\w+\(\w+\)))?/,
    ({ op, version, type }) =>
      `it has no implementation of ${op} (operator set ${version})${type ? ` for ${type}` : ''}`,
  ],
  [
    /^Fatal error: (?<op>\S+)\(-?\d+\) is not a registered function\/op/,
    ({ op }) => `it does not know the operator ${op}`,
  ],
  [
    /^Unsupported data type: (?<code>\d+)/,
    ({ code }) => `it cannot pass values of type ${dataTypeFromCode(Number(code))} in or out`,
  ],
  [
    /Opset (?<version>\d+) is under development[^]*till opset (?<newest>\d+)/,
    ({ version, newest }) => `it knows operator set ${newest} at most, and the model needs ${version}`,
  ],
  [
    /^Node \((?<node>.*?)\) Op \((?<op>\S+?)\) (?:\[\w+\] )?(?<rest>[^]*)/,
    ({ op, rest = '' }) => `${op}: ${withoutSource(rest)}`,
  ],
  [/^Node:(?<node>\S*) (?<rest>Output:[^]*)/, ({ rest = '' }) => rest],
  [
    /^(?:Type Error: )?In Node, \("(?<node>.*?)", (?<op>\w+), [^]*?[,:] Error (?<rest>[^]*)/,
    ({ op, rest = '' }) => `${op}: ${withoutSource(rest)}`,
  ],
  [/(?<rest>^Type Error: [^]*\(node:? (?<node>[^)]*)\)[^]*)/, ({ rest = '' }) => rest],
];

/** The message in one line, and the node that it is about. */
export function cleanOrtMessage(message: string): OrtMessage {
  const bare = message
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(/^(?:Load model from [^]*? failed: ?)+/, '')
    .replace(/^(?:This is an invalid model\. |Invalid model\. )?(?:Error: )?/, '')
    .trim();
  for (const [pattern, tell] of forms) {
    const groups = pattern.exec(bare)?.groups;
    if (groups) return { text: sentence(tell(groups)), ...(groups['node'] && { node: groups['node'] }) };
  }
  return { text: sentence(withoutSource(bare)) };
}

const longest = 400;

function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length > longest) return `${line.slice(0, longest)} …`;
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** Without C++ file names and line numbers, the functions there, and the conditions that did not hold. */
function withoutSource(text: string): string {
  let rest = text;
  for (let place; (place = /\/onnxruntime_src\/\S+:\d+ /.exec(rest)); ) {
    const after = rest.slice(place.index + place[0].length);
    rest = rest.slice(0, place.index) + after.slice(signatureLength(after));
  }
  return rest.replace(/\b\w+\.(?:cc|h|cpp|hpp):\d+ \S+ /g, '').replace(/^[^]*? was false\. (?=\S)/, '');
}

/** Length of the C++ signature that `text` begins with: up to its parameters' end and what may stand behind. */
function signatureLength(text: string): number {
  let depth = 0;
  for (let i = text.indexOf('('); i >= 0 && i < text.length; i++) {
    if (text[i] === '(') depth += 1;
    else if (text[i] === ')') depth -= 1;
    if (depth > 0 || text[i + 1] === '(') continue;
    return i + 1 + (/^(?:::<lambda[^>]*>| const| \[with [^\]]*\])*\s*/.exec(text.slice(i + 1))?.[0].length ?? 0);
  }
  return 0;
}
