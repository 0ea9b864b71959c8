import type { ChildProcess } from 'node:child_process';
import { t } from '../protocol/l10n';
import type { Channel } from '../rpc/channel';
import { exitReason } from './exit-reason';

/** The IPC pipe of a forked process as a channel. It closes when the process is gone for any reason. */
export function childChannel(child: ChildProcess): Channel {
  return {
    send(message) {
      if (!child.connected) throw new Error('The engine process is not connected.');
      // `exit` follows a failed write and rejects every pending call.
      child.send(message as object, undefined, undefined, () => undefined);
    },
    onMessage(listener) {
      child.on('message', listener);
    },
    onClose(listener) {
      let closed = false;
      const close = (reason: string): void => {
        if (closed) return;
        closed = true;
        listener(t('The engine stopped ({0}).', reason));
      };
      child.once('error', (error) => close(t('it could not be started: {0}', error.message)));
      child.once('exit', (code, signal) => close(exitReason(code, signal)));
    },
  };
}
