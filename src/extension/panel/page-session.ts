import { exportNotifications, type ExportNotifications } from '../../protocol/exports';
import { panelNotifications, type PanelNotifications } from '../../protocol/panel';
import { runsNotifications, type RunsNotifications } from '../../protocol/runs-page';
import type { RequestTable } from '../../protocol/table';
import type { Channel } from '../../rpc/channel';
import { Peer, type Handlers, type RequireTrust } from '../../rpc/peer';
import type { z } from 'zod';
import { t } from '../../protocol/l10n';
import { exportOrders } from '../exports/orders';
import { runsChanged } from '../runs-view/orders';

/** The connection with one life of the page. VS Code ends a hidden page and makes a new one when it is shown again. */
export class PageSession {
  private readonly peer: Peer;
  private listener: ((message: unknown) => void) | undefined;
  private ended = false;
  private lastRequest = -1;
  private readonly stopOrders: () => void;

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
    const stops = [
      exportOrders.add((order) =>
        this.peer.notify<ExportNotifications, 'exportFigure'>(exportNotifications, 'exportFigure', order),
      ),
      runsChanged.add(() => this.peer.notify<RunsNotifications, 'runsChanged'>(runsNotifications, 'runsChanged', {})),
    ];
    this.stopOrders = () => stops.forEach((stop) => stop());
    this.peer.listen();
  }

  /** Ends the session of a page that is gone. Its requests are aborted, but nobody cancelled them. */
  get isOver(): boolean {
    return this.ended;
  }

  /**
   * True if a message comes from another life of the page. Request numbers rise, so a number that was used before belongs to
   * a new page, which must not get answers to the questions of the old one.
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
    this.stopOrders();
    this.peer.close(t('The page is gone.'));
  }
}

function requestId(message: unknown): number | undefined {
  if (typeof message !== 'object' || message === null || !('id' in message) || !('method' in message)) return undefined;
  return typeof message.id === 'number' ? message.id : undefined;
}
