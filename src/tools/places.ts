import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isInside } from '../disk/paths';
import { DataFile, DataReference, isDataFile, isNamed } from '../protocol/dataset';
import { describeIssue, UserError } from '../protocol/errors';
import { Recipe } from '../protocol/recipe';
import { withReferenced } from '../protocol/referenced';

/** The largest file with a recipe or a description of data that is read. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The folders that tools may reach. An agent names paths that others may have told it, so each one is followed through all
 * links first, and refused where it ends outside.
 */
export class Places {
  private constructor(
    /** Folders in which runs may be written, all links resolved; at least one. */
    readonly folders: readonly [string, ...string[]],
    /** More folders that are only read. */
    private readonly others: readonly string[],
  ) {}

  /**
   * @param folders in which runs may be written; the first is the start of relative paths
   * @param others folders that are only read
   * @throws UserError where one of them is no folder, or is the root of the file system
   */
  static async open(folders: readonly string[], others: readonly string[] = []): Promise<Places> {
    const [first, ...more] = await Promise.all(folders.map(realFolder));
    if (first === undefined) throw new UserError('No folder is named: name the folders in which models and runs lie.');
    return new Places([first, ...more], await Promise.all(others.map(realFolder)));
  }

  /** The start of relative paths. */
  get home(): string {
    return this.folders[0];
  }

  /** All folders that may be read. */
  get readable(): readonly string[] {
    return [...this.folders, ...this.others];
  }

  /**
   * Returns the real path of something that exists below the folders.
   * @param from the start of a relative path
   * @throws UserError
   */
  async existing(given: string, what: string, from = this.home): Promise<string> {
    const real = await realpath(path.resolve(from, checked(given, what))).catch((cause: unknown) => {
      throw new UserError(`${what} "${given}" does not exist: name a path below ${this.words()}.`, { cause });
    });
    if (!this.readable.some((folder) => isInside(real, folder))) throw this.outside(what, given);
    return real;
  }

  /** Returns the real path of a model's file, from the file or its folder. @throws UserError */
  async model(given: string, from = this.home): Promise<string> {
    const real = await this.existing(given, 'The model', from);
    if (!(await stat(real)).isDirectory()) return real;
    return this.existing(path.join(real, 'model.json'), 'The model').catch((cause: unknown) => {
      throw cause instanceof UserError && cause.message.includes('does not exist')
        ? new UserError(`The folder "${given}" holds no model.json: name the checkpoint's folder or its file.`, {
            cause,
          })
        : cause;
    });
  }

  /** Returns data with the real path of its place; a file that describes data is followed to that place. @throws UserError */
  async data(given: unknown, from = this.home): Promise<DataReference> {
    const parsed = DataReference.safeParse(given);
    if (!parsed.success) throw new UserError(`The data is not valid: ${describeIssue(parsed.error)}.`);
    const { data } = parsed;
    const source = typeof data === 'string' ? data : data.source;
    if (isNamed(source)) return data;
    const real = await this.existing(source, 'The data', from);
    if (isDataFile(real)) await this.described(real);
    return typeof data === 'string' ? real : { ...data, source: real };
  }

  /**
   * Returns a recipe whose paths are all real and below the folders.
   * @param from the start of its relative paths
   * @throws UserError
   */
  async recipe(given: unknown, from = this.home): Promise<Recipe> {
    const parsed = Recipe.safeParse(given);
    if (!parsed.success) throw new UserError(`The recipe is not valid: ${describeIssue(parsed.error)}.`);
    const recipe = parsed.data;
    // A module is a program: whoever writes it would run it.
    if (recipe.layers !== undefined)
      throw new UserError(
        'The recipe names a module of layers, which would be run: leave out "layers", and let a person name the module where Secateur starts.',
      );
    const real = new Map<string, string>();
    const named: [string, 'checkpoint' | 'architecture'][] = [];
    withReferenced(recipe, (file, kind) => {
      named.push([file, kind]);
      return file;
    });
    for (const [file, kind] of named)
      real.set(
        file,
        kind === 'checkpoint' ? await this.model(file, from) : await this.existing(file, 'The network', from),
      );
    return {
      ...withReferenced(recipe, (file) => real.get(file) ?? file),
      ...(recipe.checkpoint === undefined ? {} : { checkpoint: await this.model(recipe.checkpoint, from) }),
      ...(recipe.data === undefined ? {} : { data: await this.data(recipe.data, from) }),
    };
  }

  /** Reads a recipe from a file; its relative paths start from its folder. @throws UserError */
  async recipeFile(given: string): Promise<Recipe> {
    const file = await this.existing(given, 'The recipe');
    return this.recipe(await this.json(file, 'The recipe'), path.dirname(file));
  }

  /**
   * Returns the absolute path of a folder that is still to be made, in a folder in which runs may be written.
   * @throws UserError where something is there already
   */
  async target(given: string): Promise<string> {
    const absolute = path.resolve(this.home, checked(given, 'The folder'));
    const existing = await nearest(absolute);
    const real = await realpath(existing).catch((cause: unknown) => {
      throw new UserError(`"${given}" leads through a link to nothing: choose another folder.`, { cause });
    });
    const target = this.writable(path.join(real, path.relative(existing, absolute)), given);
    if (existing === absolute)
      throw new UserError(
        `"${given}" is there already, and nothing is ever overwritten: name a new folder, or go on with an unfinished run there with "resume": true.`,
      );
    return target;
  }

  /** Returns the real path of the folder of an unfinished run. @throws UserError */
  async unfinished(given: string): Promise<string> {
    const real = await this.existing(given, 'The run');
    if (!(await stat(real)).isDirectory())
      throw new UserError(`"${given}" is not a folder: name the folder of an unfinished run.`);
    return this.writable(real, given);
  }

  private writable(real: string, given: string): string {
    if (this.folders.some((folder) => real !== folder && isInside(real, folder))) return real;
    throw new UserError(
      `"${given}" cannot be written, because it does not lie below ${words(this.folders)}: choose a folder there.`,
    );
  }

  /** Checks the place that a file describes. */
  private async described(file: string): Promise<void> {
    const parsed = DataFile.safeParse(await this.json(file, 'The data'));
    // The engine names the fault with its place.
    if (!parsed.success || isNamed(parsed.data.source)) return;
    await this.existing(parsed.data.source, 'The data', path.dirname(file));
  }

  private async json(file: string, what: string): Promise<unknown> {
    const status = await stat(file);
    if (!status.isFile() || status.size > MOST_BYTES)
      throw new UserError(`${what} "${path.basename(file)}" is no file of JSON of up to 4 MB: choose another file.`);
    try {
      return JSON.parse(await readFile(file, 'utf8')) as unknown;
    } catch (cause) {
      throw new UserError(`${what} "${path.basename(file)}" is not JSON: correct it or choose another file.`, {
        cause,
      });
    }
  }

  private outside(what: string, given: string): UserError {
    return new UserError(
      `${what} "${given}" lies outside of the folders that may be read: name a path below ${this.words()}.`,
    );
  }

  private words = (): string => words(this.readable);
}

/** The nearest place on the way that exists, links not followed. */
async function nearest(absolute: string): Promise<string> {
  for (let place = absolute; ; place = path.dirname(place))
    if (place === path.dirname(place) || (await lstat(place).then(() => true, () => false))) return place; // prettier-ignore
}

const words = (folders: readonly string[]): string => folders.map((folder) => `"${folder}"`).join(' or ');

function checked(given: string, what: string): string {
  if (given.includes('\0')) throw new UserError(`${what} is named by a text that is no path: name a path.`);
  return given;
}

async function realFolder(given: string): Promise<string> {
  const real = await realpath(path.resolve(given)).catch((cause: unknown) => {
    throw new UserError(`The folder "${given}" does not exist: name a folder.`, { cause });
  });
  if (!(await stat(real)).isDirectory()) throw new UserError(`"${given}" is not a folder: name a folder.`);
  if (real === path.parse(real).root)
    throw new UserError(`"${given}" is the whole file system: name the folder of your models.`);
  return real;
}
