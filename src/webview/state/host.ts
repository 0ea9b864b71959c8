import { compareRequests, type CompareRequests } from '../../protocol/compare-page';
import { dataRequests, type DataRequests } from '../../protocol/data-page';
import {
  exportNotifications,
  exportRequests,
  type ExportNotifications,
  type ExportRequests,
} from '../../protocol/exports';
import { panelNotifications, panelRequests, type PanelNotifications, type PanelRequests } from '../../protocol/panel';
import {
  runsNotifications,
  runsRequests,
  runTableRequests,
  type RunsRequests,
  type RunTableRequests,
} from '../../protocol/runs-page';
import type { Channel } from '../../rpc/channel';
import { Peer, type Client } from '../../rpc/peer';

/** The API of VS Code for a page. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

const channel: Channel = {
  send: (message) => api.postMessage(message),
  onMessage: (listener) => {
    window.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data));
  },
  // A page ends together with the host's side, so nobody listens any more.
  onClose: () => undefined,
};

const peer = new Peer(channel);

/** Calls the extension host; every call settles. */
export const ask: Client<PanelRequests> = peer.client(panelRequests);

/** Calls it from the page of a comparison. */
export const askComparison: Client<CompareRequests> = peer.client(compareRequests);

/** Calls it from the chart of runs. */
export const askRuns: Client<RunsRequests> = peer.client(runsRequests);

/** Calls it from any page with a table of runs. */
export const askAboutRuns: Client<RunTableRequests> = peer.client(runTableRequests);

/** Listens to news of the runs of the workspace. */
export const onRunsChanged = (listener: () => void): void =>
  peer.onNotification(runsNotifications, 'runsChanged', listener);

/** Calls it from the page about data. */
export const askData: Client<DataRequests> = peer.client(dataRequests);

/** Calls it from any page, to copy and save what is shown. */
export const askExports: Client<ExportRequests> = peer.client(exportRequests);

/** Listens to orders of menus, on any page. */
export const onExport = <K extends keyof ExportNotifications>(
  name: K,
  listener: Parameters<typeof peer.onNotification<ExportNotifications, K>>[2],
): void => peer.onNotification<ExportNotifications, K>(exportNotifications, name, listener);

/** Listens to notifications of the extension host. */
export const onHost = <K extends keyof PanelNotifications>(
  name: K,
  listener: Parameters<typeof peer.onNotification<PanelNotifications, K>>[2],
): void => peer.onNotification<PanelNotifications, K>(panelNotifications, name, listener);

/** Starts to read; called after all listeners are in place. */
export const listen = (): void => peer.listen();

/** State that survives a reload of the window. */
export const loadState = (): unknown => api.getState();
export const storeState = (state: unknown): void => api.setState(state);
