import path from 'node:path';
import { supervise } from './cli/supervise';

// Nothing else may be loaded here: this process does no work, so that a signal always finds it free.
void supervise(path.join(__dirname, 'command.js'), process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
