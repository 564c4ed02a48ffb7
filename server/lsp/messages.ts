/** Typed messages on the server's connection: the one place where errors become answers and cancellation a signal. */

import {
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Connection,
} from 'vscode-languageserver';
import type { Failure } from '../../protocol/failure.ts';
import type { NotificationToken, RequestToken } from '../../protocol/token.ts';
import { isCancelled } from '../engine/errors.ts';
import { failureOf } from '../engine/util/failure.ts';

function responseError(error: unknown): ResponseError<Failure> {
  const failure = failureOf(error);
  const code = isCancelled(error)
    ? LSPErrorCodes.RequestCancelled
    : failure.code === 'INTERNAL' ? ErrorCodes.InternalError : LSPErrorCodes.RequestFailed;
  return new ResponseError(code, failure.message, failure);
}

/** A signal that is aborted when the client cancels. */
export function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/** For handlers of `connection.onHover` and the like: errors become answers, defects go to the log as well. */
export function handled<Params, Result>(
  connection: Connection,
  handler: (params: Params, signal: AbortSignal) => Result | Promise<Result>,
): (params: Params, token: CancellationToken) => Promise<Result | ResponseError<Failure>> {
  return async (params, token) => {
    try {
      return await handler(params, signalOf(token));
    } catch (error) {
      const answer = responseError(error);
      if (answer.data?.code === 'INTERNAL') connection.console.error(answer.data.detail ?? answer.message);
      return answer;
    }
  };
}

/** Answers a request of the protocol. */
export function onRequest<Params, Result>(
  connection: Connection,
  token: RequestToken<Params, Result>,
  handler: (params: Params, signal: AbortSignal) => Result | Promise<Result>,
): void {
  connection.onRequest(token.method, handled(connection, handler));
}

/** Hears a notification of the protocol; there is nobody to tell of an error but the log. */
export function onNotification<Params>(
  connection: Connection,
  token: NotificationToken<Params>,
  handler: (params: Params) => void | Promise<void>,
): void {
  connection.onNotification(token.method, async (params: Params) => {
    try {
      await handler(params);
    } catch (error) {
      const { message, detail } = failureOf(error);
      connection.console.error(`${token.method}: ${detail ?? message}`);
    }
  });
}

/** Tells the client. */
export function notify<Params>(connection: Connection, token: NotificationToken<Params>, params: Params): void {
  void connection.sendNotification(token.method, params);
}
