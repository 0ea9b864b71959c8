import {
  AbstractMessageReader,
  AbstractMessageWriter,
  Disposable,
  type DataCallback,
  type Message,
} from 'vscode-jsonrpc';

/** One end of a pipe for JSON messages: a child process's IPC, or a webview's postMessage. */
export interface Channel {
  send(message: unknown): void;
  /** Called once; `listener` gets every message. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once; `listener` gets the reason when the pipe closes. */
  onClose(listener: (reason: string) => void): void;
}

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'jsonrpc' in value;

/** Reads JSON-RPC messages from a channel and ignores everything else in the same pipe. */
export class ChannelReader extends AbstractMessageReader {
  constructor(private readonly channel: Channel) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    this.channel.onMessage((message) => {
      if (isMessage(message)) callback(message);
    });
    return Disposable.create(() => undefined);
  }
}

/** Writes JSON-RPC messages to a channel. */
export class ChannelWriter extends AbstractMessageWriter {
  constructor(private readonly channel: Channel) {
    super();
  }

  write(message: Message): Promise<void> {
    try {
      this.channel.send(message);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  end(): void {
    // The opener of the pipe closes it.
  }
}
