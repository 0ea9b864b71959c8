import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { supervise } from './cli/supervise';

const args = process.argv.slice(2);
// Load nothing else here: this process does no work, so that it always hears a signal. The server of tools does no work either.
if (args[0] === 'mcp') void import(pathToFileURL(path.join(__dirname, 'mcp.js')).href);
else
  void supervise(path.join(__dirname, 'command.js'), args).then((code) => {
    process.exitCode = code;
  });
