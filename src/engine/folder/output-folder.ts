import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rm, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../protocol/errors';
import { errorCode, writeFailure } from '../checkpoint/failures';
import { placeFile, syncFolder } from '../checkpoint/atomic';
import { makeFilled, makeFolders } from '../checkpoint/folders';
import { partsOf } from './names';

/** Most bytes of a text file in a run's folder. */
export const TEXT_MAX_BYTES = 256 * 1024 * 1024;

/** Systems without these flags (Windows) rely on the check before the opening. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT } = constants;

/**
 * The folder of a run or of a scan. Everything in it is opened, written and removed through this class. Its content may
 * come from others: names are plain, no link is followed, only regular files of bounded size are read, and a write
 * replaces a link instead of following it. The person named the folder itself, so it may be reached by a link.
 * Names are relative to it, with `/` between their parts; '' is the folder itself.
 */
export class OutputFolder {
  private constructor(
    /** Absolute, as the person named it; for messages and results. */
    readonly given: string,
    private home: string,
  ) {}

  /** Returns the folder at a path, whether it exists or not. @throws UserError where something else is there */
  static async locate(given: string): Promise<OutputFolder> {
    const absolute = path.resolve(given);
    try {
      const home = await realpath(absolute);
      if (!(await lstat(home)).isDirectory()) throw notAFolder(absolute);
      return new OutputFolder(absolute, home);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw writeFailure(absolute, error);
      const status = await lstat(absolute).catch(() => undefined);
      if (status) throw writeFailure(absolute, error);
      return new OutputFolder(absolute, absolute);
    }
  }

  /** Absolute, all links resolved, where it exists. */
  get real(): string {
    return this.home;
  }

  /** Returns true where it is the folder at an existing path. */
  async isAt(other: string): Promise<boolean> {
    return (await realpath(other)) === this.home;
  }

  /** Lists the folders beside it, links and those that cannot be read left out. @param most how many are listed */
  async beside(most: number): Promise<OutputFolder[]> {
    const above = path.dirname(this.given);
    const entries = await readdir(above, { withFileTypes: true }).catch(() => []);
    const others = entries.filter((entry) => entry.isDirectory() && entry.name !== path.basename(this.given));
    const found = others.slice(0, most).map(({ name }) => OutputFolder.locate(path.join(above, name)).catch(() => []));
    return (await Promise.all(found)).flat();
  }

  /** @throws UserError where one of these names in it is a link */
  async refuseLinks(names: readonly string[]): Promise<void> {
    for (const name of names) await this.look(name);
  }

  /**
   * Makes the folder where it is missing. Returns the topmost folder that it made, all links resolved.
   * @param fill writes the first content, so that a killed process leaves the folder with it or nothing
   * @throws UserError
   */
  async make(fill?: (staged: OutputFolder) => Promise<unknown>): Promise<string | undefined> {
    try {
      const made = fill
        ? await makeFilled(this.home, (staged) => fill(new OutputFolder(this.given, staged)))
        : await makeFolders(this.home);
      this.home = await realpath(this.home);
      return made === undefined ? undefined : await realpath(made);
    } catch (error) {
      throw writeFailure(this.given, error);
    }
  }

  /** Lists the names in it, or in a folder of it; none where that is missing. @throws UserError */
  async names(within = ''): Promise<string[]> {
    const folder = await this.look(within);
    if (!folder) return [];
    if (!folder.status.isDirectory()) throw this.strange(within, 'is not a folder');
    try {
      return await readdir(folder.path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw writeFailure(this.given, error);
    }
  }

  /** Returns true where something has this name. @throws UserError where a folder on the way is a link */
  async has(name: string): Promise<boolean> {
    const parts = partsOf(name);
    return (await this.names(parts.slice(0, -1).join('/'))).includes(parts.at(-1)!);
  }

  /**
   * Reads a file; undefined where it is missing.
   * @param most bytes that it may hold
   * @throws UserError where it is a link, not a regular file, or too large
   */
  async read(name: string, most: number): Promise<Buffer | undefined> {
    const file = await this.look(name);
    if (!file) return undefined;
    const handle = await this.opened(file.path, O_RDONLY, name);
    try {
      const { size } = await this.regular(handle, name);
      if (size > most) throw this.strange(name, `is larger (${size} bytes) than such a file can be`);
      const content = Buffer.alloc(size);
      let offset = 0;
      while (offset < size) {
        const { bytesRead } = await handle.read(content, offset, size - offset, offset);
        if (bytesRead === 0) break;
        offset += bytesRead;
      }
      return content.subarray(0, offset);
    } finally {
      await handle.close();
    }
  }

  /** Reads a text in UTF-8, as `read` does. */
  async text(name: string): Promise<string | undefined> {
    return (await this.read(name, TEXT_MAX_BYTES))?.toString('utf8');
  }

  /** Parses a text as JSON; undefined where the file is missing or is not JSON. */
  async json(name: string): Promise<unknown> {
    const text = await this.text(name);
    try {
      return text === undefined ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** Returns the time of a file's last change, in milliseconds since 1970; undefined where it is missing. */
  async changed(name: string): Promise<number | undefined> {
    return (await this.lookAt(name))?.status.mtimeMs;
  }

  /** Returns the bytes of a regular file; undefined where there is none. */
  async size(name: string): Promise<number | undefined> {
    const file = await this.lookAt(name);
    return file?.status.isFile() ? file.status.size : undefined;
  }

  /** Writes a file, whole or not at all; makes its folder where it is missing. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const parts = partsOf(name);
    const folder = await this.folder(parts.slice(0, -1).join('/'));
    await placeFile(folder, parts.at(-1)!, typeof content === 'string' ? Buffer.from(content) : content);
    await syncFolder(folder);
  }

  /** Appends to a file; makes it where it is missing. @throws UserError where it is a link or not a regular file */
  async append(name: string, text: string): Promise<void> {
    const parts = partsOf(name);
    const there = await this.look(name);
    const file = there?.path ?? path.join(await this.folder(parts.slice(0, -1).join('/')), parts.at(-1)!);
    const handle = await this.opened(file, O_WRONLY | O_APPEND | O_CREAT, name);
    try {
      await this.regular(handle, name);
      await handle.appendFile(text);
    } finally {
      await handle.close();
    }
  }

  /**
   * Makes a folder in it where it is missing, and returns its absolute path. @throws UserError where a link is in the
   * way
   */
  async folder(name: string): Promise<string> {
    let [at, so] = [this.home, ''];
    for (const part of name === '' ? [] : partsOf(name)) {
      at = path.join(at, part);
      so = so === '' ? part : `${so}/${part}`;
      try {
        await mkdir(at);
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
        const status = await lstat(at);
        if (status.isSymbolicLink()) throw this.link(so);
        if (!status.isDirectory()) throw this.strange(so, 'is not a folder');
      }
    }
    return at;
  }

  /**
   * Returns the absolute path of a regular file; undefined where it is missing. @throws UserError where it is something
   * else
   */
  async file(name: string): Promise<string | undefined> {
    const found = await this.look(name);
    if (found && !found.status.isFile()) throw this.strange(name, 'is not a plain file');
    return found?.path;
  }

  /** Removes a file or link of this name. @throws UserError where a folder on the way is a link */
  async remove(name: string): Promise<void> {
    const file = await this.lookAt(name);
    if (!file) return;
    await unlink(file.path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
  }

  /**
   * Removes the entries of one of its folders whose names `ours` accepts, and the folder itself where nothing else is in
   * it. Links in it are removed, not followed.
   */
  async removeFolder(name: string, ours: (entry: string) => boolean): Promise<void> {
    const folder = await this.look(name);
    if (!folder?.status.isDirectory()) return;
    for (const entry of await readdir(folder.path))
      if (ours(entry)) await rm(path.join(folder.path, entry), { recursive: true, force: true });
    await rmdir(folder.path).catch(() => undefined);
  }

  /**
   * Looks at an entry without following it; undefined where it is missing. @throws UserError where it, or a folder on
   * the way, is a link
   */
  private async look(name: string): Promise<{ path: string; status: Stats } | undefined> {
    const found = await this.lookAt(name);
    if (found?.status.isSymbolicLink()) throw this.link(name);
    return found;
  }

  /** Looks at an entry whose last part may be a link. */
  private async lookAt(name: string): Promise<{ path: string; status: Stats } | undefined> {
    const parts = name === '' ? [] : partsOf(name);
    let at = this.home;
    for (let i = 0; ; i++) {
      const status = await lstat(at).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
        throw writeFailure(this.given, error);
      });
      if (!status) return undefined;
      const part = parts[i];
      if (part === undefined) return { path: at, status };
      const so = parts.slice(0, i).join('/');
      if (status.isSymbolicLink()) throw this.link(so);
      if (!status.isDirectory()) throw this.strange(so, 'is not a folder');
      at = path.join(at, part);
    }
  }

  private async opened(file: string, flags: number, name: string): Promise<FileHandle> {
    try {
      return await open(file, flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
    } catch (error) {
      if (errorCode(error) === 'ELOOP') throw this.link(name);
      if (errorCode(error) === 'ENXIO' || errorCode(error) === 'EISDIR')
        throw this.strange(name, 'is not a plain file');
      throw error;
    }
  }

  private async regular(handle: FileHandle, name: string): Promise<Stats> {
    const status = await handle.stat();
    if (!status.isFile()) throw this.strange(name, 'is not a plain file');
    return status;
  }

  private link(name: string): UserError {
    return this.strange(name, 'is a link, which is not followed');
  }

  private strange(name: string, why: string): UserError {
    return new UserError(`"${name}" in the folder "${this.given}" ${why}: remove it or choose another folder.`);
  }
}

const notAFolder = (given: string): UserError =>
  new UserError(`"${given}" is not a folder: choose another target folder.`);
