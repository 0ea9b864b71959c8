import path from 'node:path';
import { supervise } from './cli/supervise';

// Load nothing else here: this process does no work, so that it always hears a signal.
void supervise(path.join(__dirname, 'command.js'), process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
