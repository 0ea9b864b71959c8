import 'vscode-jsonrpc/node';
import { engineRequests } from '../protocol/engine';
import type { Channel } from '../rpc/channel';
import { Peer } from '../rpc/peer';
import { answerTrial } from './backend-choice/trial-process';
import { endWithParent } from './parent-watch';
import { createService } from './requests/service';

/** The parent's end of the IPC channel, as `fork` made it. */
function parentChannel(): Channel {
  return {
    send: (message) => {
      // `disconnect` reports a parent that is gone; a message that it no longer reads is no error.
      process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
    onClose: (listener) => {
      process.on('disconnect', () => {
        listener('The editor has gone.');
      });
    },
  };
}

/** Ends the engine: the log gets the reason, and all pending requests fail as the channel closes. */
function die(error: unknown): never {
  console.error(`The engine stops: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
}

function serve(): void {
  if (process.send === undefined) {
    console.error('This is the engine of Secateur, which the editor starts; on a terminal use the command "secateur".');
    process.exit(2);
  }
  endWithParent();
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const peer = new Peer(parentChannel());
  peer.serve(
    engineRequests,
    createService(__filename, (message) => {
      console.error(message);
    }),
  );
  // Native work cannot be waited for: the files of a run are whole, or its lock is that of a dead process.
  process.on('disconnect', () => process.exit(0));
  peer.listen();
}

if (!answerTrial(process.argv.slice(2))) serve();
