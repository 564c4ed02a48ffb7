import { window, type LogLevel, type LogOutputChannel } from 'vscode';
import type { Disposable } from './disposable.ts';

/** Lines that Copy Diagnostics can have. */
const keptLines = 200;

/**
 * The extension's one log. A channel's text cannot be read back, so the last lines are kept here too; the language
 * client writes into it as into any other channel.
 */
export class Log implements LogOutputChannel, Disposable {
  private readonly channel = window.createOutputChannel('Lathe', { log: true });
  private readonly lines: string[] = [];

  get name(): string {
    return this.channel.name;
  }

  get logLevel(): LogLevel {
    return this.channel.logLevel;
  }

  get onDidChangeLogLevel(): LogOutputChannel['onDidChangeLogLevel'] {
    return this.channel.onDidChangeLogLevel;
  }

  /** The newest lines, oldest first. */
  get lastLines(): readonly string[] {
    return this.lines;
  }

  trace(message: string, ...more: unknown[]): void {
    this.channel.trace(message, ...more);
  }

  debug(message: string, ...more: unknown[]): void {
    this.channel.debug(message, ...more);
  }

  info(message: string, ...more: unknown[]): void {
    this.keep('info', message);
    this.channel.info(message, ...more);
  }

  warn(message: string, ...more: unknown[]): void {
    this.keep('warning', message);
    this.channel.warn(message, ...more);
  }

  error(error: string | Error, ...more: unknown[]): void {
    this.keep('error', error instanceof Error ? error.stack ?? error.message : error);
    this.channel.error(error, ...more);
  }

  append(value: string): void {
    this.keep('info', value);
    this.channel.append(value);
  }

  appendLine(value: string): void {
    this.keep('info', value);
    this.channel.appendLine(value);
  }

  replace(value: string): void {
    this.channel.replace(value);
  }

  clear(): void {
    this.channel.clear();
  }

  show(): void {
    this.channel.show(true);
  }

  hide(): void {
    this.channel.hide();
  }

  dispose(): void {
    this.channel.dispose();
  }

  private keep(level: string, message: string): void {
    this.lines.push(`${new Date().toISOString().slice(11, 23)} [${level}] ${message}`);
    if (this.lines.length > keptLines) this.lines.splice(0, this.lines.length - keptLines);
  }
}
