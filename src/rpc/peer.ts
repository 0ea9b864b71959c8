import {
  CancellationTokenSource,
  createMessageConnection,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc';
import * as z from 'zod';
import { CancelledError, describeIssue, UserError, WireError } from '../protocol/errors';
import type { NotificationTable, RequestTable } from '../protocol/table';
import { ChannelReader, ChannelWriter, type Channel } from './channel';

/** The context of a handler, beside the parameters. */
export interface HandlerContext<Progress> {
  /** Aborted when the caller cancels or disconnects. */
  signal: AbortSignal;
  report: (progress: Progress) => void;
}

/** One function for each request of a table. */
export type Handlers<T extends RequestTable> = {
  [K in keyof T]: (
    params: z.output<T[K]['params']>,
    context: HandlerContext<z.input<T[K]['progress']>>,
  ) => Promise<z.input<T[K]['result']>>;
};

/** Called before each request that `runs` (see `Trust`). @throws if that is not allowed */
export type RequireTrust = () => void;

/** Options of a call, beside the parameters. */
export interface CallOptions<Progress> {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Calls the requests of one table. Each call settles with the result, a UserError, a CancelledError, or the reason why the other end is gone. */
export type Client<T extends RequestTable> = <K extends keyof T & string>(
  method: K,
  params: z.input<T[K]['params']>,
  options?: CallOptions<z.output<T[K]['progress']>>,
) => Promise<z.output<T[K]['result']>>;

const Envelope = z.object({ params: z.unknown(), progress: z.number().optional() });
const CANCELLED = -32800;
const FAILED = -32000;
const anyProgress = new ProgressType<unknown>();

/** One end of a connection. The entry of the bundle installs the runtime of vscode-jsonrpc (`/node` or `/browser`). */
export class Peer {
  private readonly connection: MessageConnection;
  private readonly handlers = new Set<AbortController>();
  private readonly pending = new Set<(error: Error) => void>();
  private closedBecause: string | undefined;
  private progressTokens = 0;

  constructor(channel: Channel) {
    this.connection = createMessageConnection(new ChannelReader(channel), new ChannelWriter(channel));
    channel.onClose((reason) => {
      this.close(reason);
    });
  }

  /** Starts to read; call it after everything is served. */
  listen(): void {
    this.connection.listen();
  }

  /**
   * Serves all requests of a table. Parameters that do not fit their schema are refused with one sentence. A request that
   * runs or writes calls `requireTrust` first; without it every caller is trusted.
   */
  serve<T extends RequestTable>(table: T, handlers: Handlers<T>, requireTrust?: RequireTrust): void {
    for (const method of Object.keys(table)) {
      const spec = table[method]!;
      const handler = handlers[method]!;
      this.connection.onRequest(method, async (raw: unknown, token: CancellationToken) => {
        const envelope = Envelope.parse(raw);
        const abort = new AbortController();
        this.handlers.add(abort);
        const subscription = token.onCancellationRequested(() => {
          abort.abort();
        });
        try {
          const params = spec.params.safeParse(envelope.params);
          if (!params.success)
            throw new UserError(`The request "${method}" is not valid: ${describeIssue(params.error)}.`);
          if (requireTrust && spec.trust(params.data) === 'runs') requireTrust();
          const report = (value: unknown): void => {
            if (envelope.progress !== undefined && !abort.signal.aborted && this.closedBecause === undefined)
              unheard(this.connection.sendProgress(anyProgress, envelope.progress, value));
          };
          return await handler(params.data as never, { signal: abort.signal, report });
        } catch (error) {
          throw toWire(error);
        } finally {
          subscription.dispose();
          this.handlers.delete(abort);
        }
      });
    }
  }

  /** Makes a typed caller of the other end's table. It calls `requireTrust` before it sends a request that runs or writes. */
  client<T extends RequestTable>(table: T, requireTrust?: RequireTrust): Client<T> {
    return async (method, params, options = {}) => {
      if (this.closedBecause !== undefined) throw new UserError(this.closedBecause);
      if (options.signal?.aborted) throw new CancelledError();
      const spec = table[method]!;
      if (requireTrust) {
        const parsed = spec.params.safeParse(params);
        if (!parsed.success || spec.trust(parsed.data) === 'runs') requireTrust();
      }
      const source = new CancellationTokenSource();
      const cancel = (): void => {
        source.cancel();
      };
      options.signal?.addEventListener('abort', cancel, { once: true });
      const { onProgress } = options;
      const progress = onProgress ? ++this.progressTokens : undefined;
      const subscription =
        progress === undefined
          ? undefined
          : this.connection.onProgress(anyProgress, progress, (value) => {
              const parsed = spec.progress.safeParse(value);
              if (parsed.success) onProgress?.(parsed.data as never);
            });
      let reject: (error: Error) => void = () => undefined;
      const gone = new Promise<never>((_, fail) => {
        reject = fail;
      });
      this.pending.add(reject);
      try {
        const answer: unknown = await Promise.race([
          this.connection.sendRequest(
            method,
            { params, ...(progress === undefined ? {} : { progress }) },
            source.token,
          ),
          gone,
        ]);
        const result = spec.result.safeParse(answer);
        if (!result.success) throw new Error(`The answer to "${method}" is not valid: ${describeIssue(result.error)}.`);
        return result.data as never;
      } catch (error) {
        throw fromWire(error);
      } finally {
        this.pending.delete(reject);
        subscription?.dispose();
        options.signal?.removeEventListener('abort', cancel);
        source.dispose();
      }
    };
  }

  /** Sends a notification to the other end. */
  notify<T extends NotificationTable, K extends keyof T & string>(_table: T, name: K, value: z.input<T[K]>): void {
    if (this.closedBecause === undefined) unheard(this.connection.sendNotification(name, value));
  }

  /** Listens to notifications of the other end; ignores a value that does not fit its schema. */
  onNotification<T extends NotificationTable, K extends keyof T & string>(
    table: T,
    name: K,
    listener: (value: z.output<T[K]>) => void,
  ): void {
    const schema = table[name]!;
    this.connection.onNotification(name, (value: unknown) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) listener(parsed.data as never);
    });
  }

  /** Ends the connection: rejects every pending call with `reason` and aborts every running handler. */
  close(reason: string): void {
    if (this.closedBecause !== undefined) return;
    this.closedBecause = reason;
    for (const abort of this.handlers) abort.abort();
    for (const reject of this.pending) reject(new UserError(reason));
    this.connection.dispose();
  }
}

/** Ignores the loss of messages to an end that is closing; that is no failure of this end. */
function unheard(sent: Promise<void>): void {
  sent.catch(() => undefined);
}

function toWire(error: unknown): ResponseError<WireError> {
  if (error instanceof CancelledError || (error instanceof Error && error.name === 'AbortError'))
    return new ResponseError(CANCELLED, 'Cancelled.');
  const detail =
    error instanceof Error
      ? `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${inspectable(error.cause)}`}`
      : String(error);
  const sentence = error instanceof Error ? error.message : String(error);
  const user = error instanceof UserError;
  return new ResponseError(FAILED, sentence, { user, sentence, detail, at: user ? [...error.at] : [] });
}

function fromWire(error: unknown): Error {
  if (error instanceof ResponseError) {
    if (error.code === CANCELLED) return new CancelledError();
    const wire = WireError.safeParse(error.data);
    if (wire.success) {
      const { user, sentence, detail: cause, at } = wire.data;
      return user ? new UserError(sentence, { cause, at }) : new Error(sentence, { cause });
    }
  }
  return error instanceof Error ? error : new Error(String(error));
}

function inspectable(cause: unknown): string {
  if (cause instanceof Error) return cause.stack ?? cause.message;
  return typeof cause === 'string' ? cause : JSON.stringify(cause);
}
