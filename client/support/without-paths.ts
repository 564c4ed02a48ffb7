/**
 * A text in which nothing names a file, a folder or a layer (layers are often named like paths): for reports that
 * users post in public.
 */
export function withoutPaths(text: string): string {
  return text
    .replace(/\b(?:file|vscode-remote|lathe-text|vscode-userdata):[^\s'")\]]+/g, '<uri>')
    .replace(/\b[A-Za-z]:[\\/][^\s'":;,)\]]+/g, '<path>')
    .replace(/(?<![\w.<])~?\/[^\s'":;,)\]/]+(?:\/[^\s'":;,)\]]*)*/g, '<path>')
    .replace(/[^\s'"<>/\\:;,([]+\.(?:onnx|ya?ml|npz|npy|pb|jsonl|data)\b/gi, '<file>');
}
