import { panelNotifications, type PanelNotifications } from '../../protocol/panel';
import type { RequestTable } from '../../protocol/table';
import type { Channel } from '../../rpc/channel';
import { Peer, type Handlers, type RequireTrust } from '../../rpc/peer';
import type { z } from 'zod';

/** The connection with one life of the page: VS Code ends a page that is hidden and makes a new one when it is shown. */
export class PageSession {
  private readonly peer: Peer;
  private listener: ((message: unknown) => void) | undefined;
  private ended = false;
  private lastRequest = -1;

  constructor(
    send: (message: unknown) => void,
    table: RequestTable,
    handlers: Handlers<RequestTable>,
    requireTrust: RequireTrust,
  ) {
    const channel: Channel = {
      send,
      onMessage: (listener) => (this.listener = listener),
      onClose: () => undefined,
    };
    this.peer = new Peer(channel);
    this.peer.serve(table, handlers, requireTrust);
    this.peer.listen();
  }

  /** The page is gone; what it asked for is aborted, but for that no one cancelled it. */
  get isOver(): boolean {
    return this.ended;
  }

  /**
   * Is this message from another life of the page? Requests are numbered upwards: a number that was used before
   * is a new page's, and answers to the old page's questions must not reach it.
   */
  isFromAnother(message: unknown): boolean {
    const id = requestId(message);
    return id !== undefined && id <= this.lastRequest;
  }

  deliver(message: unknown): void {
    this.lastRequest = requestId(message) ?? this.lastRequest;
    this.listener?.(message);
  }

  notify<K extends keyof PanelNotifications>(name: K, value: z.input<PanelNotifications[K]>): void {
    this.peer.notify<PanelNotifications, K>(panelNotifications, name, value);
  }

  end(): void {
    this.ended = true;
    this.peer.close('The page is gone.');
  }
}

function requestId(message: unknown): number | undefined {
  if (typeof message !== 'object' || message === null || !('id' in message) || !('method' in message)) return undefined;
  return typeof message.id === 'number' ? message.id : undefined;
}
