/* eslint-disable @typescript-eslint/no-require-imports -- it becomes a CommonJS module of another program */
// Stands in for @vscode/spdlog in the code-server that is installed from npm: its native addon would have to be compiled,
// and without it VS Code writes no log file, so that every output channel stays empty. Same interface, plain node.
const fs = require('node:fs');
const path = require('node:path');

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

class Logger {
  #file;
  #level = 2;
  #plain = false;

  constructor(_type, _name, file) {
    this.#file = file;
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }

  trace = (message) => this.#write(0, message);
  debug = (message) => this.#write(1, message);
  info = (message) => this.#write(2, message);
  warn = (message) => this.#write(3, message);
  error = (message) => this.#write(4, message);
  critical = (message) => this.#write(5, message);
  getLevel = () => this.#level;
  setLevel = (level) => void (this.#level = level);
  clearFormatters = () => void (this.#plain = true);
  setPattern = () => void (this.#plain = false);
  flush() {}
  drop() {}

  #write(level, message) {
    if (level < this.#level) return;
    try {
      fs.appendFileSync(this.#file, this.#plain ? message : `${stamp(new Date())} [${LEVELS[level]}] ${message}\n`);
    } catch {
      // The folder is gone with its session: nobody is left to read a log.
    }
  }
}

/** `2026-11-24 06:58:41.445`, local time. */
function stamp(now) {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().replace('T', ' ').replace('Z', '');
}

exports.version = 1;
exports.Logger = Logger;
exports.setLevel = () => undefined;
exports.setFlushOn = () => undefined;
exports.createRotatingLogger = async (name, file) => new Logger('rotating', name, file);
exports.createAsyncRotatingLogger = async (name, file) => new Logger('rotating_async', name, file);
