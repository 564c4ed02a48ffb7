/**
 * The lists of name and value that ONNX has instead of maps: metadata, operator set imports. An entry has a key and a
 * value and nothing else: these are the only messages whose unknown fields are not kept.
 */

import { Encoder } from './encode.ts';
import { MemorySink } from './byte-sink.ts';
import type { OperatorSetIdProto, StringStringEntryProto } from './messages.ts';
import type { Message, Schema } from './schema.ts';

/** The bytes of a message, without tag and length. */
export function encodeMessage<M extends Message>(schema: Schema<M>, message: M): Uint8Array {
  const encoder = new Encoder(schema, message);
  const sink = new MemorySink(encoder.byteLength);
  encoder.write(sink);
  return sink.result;
}

/** Keys are distinct in a valid model; of equal ones the last counts, as in onnxruntime. */
export function entriesToMap(entries: readonly StringStringEntryProto[] | undefined): Map<string, string> | undefined {
  return entries && new Map(entries.map((entry) => [entry.key ?? '', entry.value ?? '']));
}

export function mapToEntries(map: ReadonlyMap<string, string> | undefined): StringStringEntryProto[] | undefined {
  return map && Array.from(map, ([key, value]) => ({ key, value }));
}

/** Domain to version; 'ai.onnx' is the standard domain's other name. Of several versions the highest counts. */
export function opsetsToMap(imports: readonly OperatorSetIdProto[] | undefined): Map<string, number> {
  const map = new Map<string, number>();
  for (const { domain, version } of imports ?? []) {
    const key = domain === undefined || domain === 'ai.onnx' ? '' : domain;
    map.set(key, Math.max(map.get(key) ?? 0, Number(version ?? 0n)));
  }
  return map;
}

export function mapToOpsets(map: ReadonlyMap<string, number>): OperatorSetIdProto[] {
  return Array.from(map, ([domain, version]) => ({ domain, version: BigInt(version) }));
}
