/** The language server itself: what it is told when it starts, and what it says of its state. */

import { notification, request } from './token.ts';

/** `initializationOptions` of the language server. */
export interface ServerOptions {
  /** Folder for the run history. */
  readonly storagePath: string;
  readonly settings: ServerSettings;
}

/** Mirrors the settings `lathe.*`; changes arrive with `settingsChanged`. */
export interface ServerSettings {
  /** Threads of onnxruntime; 0 for the number of physical cores. */
  readonly threads: number;
  /** Execution provider that benchmarks measure on: 'cpu'. */
  readonly provider: string;
  /** Default target; empty for this machine. */
  readonly target: string;
  /** In an untrusted workspace nothing is run: only structure is read. */
  readonly trusted: boolean;
}

export const settingsChanged = notification<ServerSettings>('lathe/settingsChanged');

export interface ServerState {
  readonly lathe: string;
  readonly onnxruntime: string;
  readonly node: string;
  readonly platform: string;
  readonly memoryBytes: number;
  readonly openModels: number;
  readonly runs: number;
}

/** For Copy Diagnostics: no paths, no names of files. */
export const serverState = request<Record<string, never>, ServerState>('lathe/state');
