import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../../protocol/errors';
import { tf } from '../../tf';
import './layers';
import { brief } from './brief';
import { layers as tfLayers } from './tfjs-layers';

/** TensorFlow.js as a module of layers gets it: the core, and `layers`, `initializers` and the like. */
const whole = { ...tf, ...tfLayers };

const loaded = new Map<string, Promise<void>>();

/**
 * Runs a module that registers layers of its own, once in this process. It exports a function that takes TensorFlow.js,
 * by default or as the module itself. This runs foreign code: ask only where the person trusts it.
 * @param file absolute path
 * @throws UserError where it cannot be read, fails, registers nothing, or replaces a class that exists
 */
export function useCustomLayers(file: string): Promise<void> {
  const known = loaded.get(file);
  if (known) return known;
  const made = load(file);
  loaded.set(file, made);
  // A corrected module may be tried again.
  made.catch(() => loaded.delete(file));
  return made;
}

async function load(file: string): Promise<void> {
  const register = registerOf(await imported(file), file);
  const classes = tf.serialization.SerializationMap.getMap().classNameMap;
  const before = { ...classes };
  try {
    await register(whole);
  } catch (cause) {
    throw new UserError(`The module of layers ${file} failed (${brief(cause)}): correct it.`, { cause });
  }
  const replaced = Object.keys(before).find((name) => classes[name] !== before[name]);
  if (replaced !== undefined) {
    Object.assign(classes, before);
    throw new UserError(
      `The module of layers ${file} registers "${replaced}", a name that is taken: give its layer another name.`,
    );
  }
  if (Object.keys(classes).length === Object.keys(before).length)
    throw new UserError(
      `The module of layers ${file} registers no layer: call tf.serialization.registerClass of the tf that its function gets, not of another copy.`,
    );
}

async function imported(file: string): Promise<unknown> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile())
    throw new UserError(`The module of layers ${file} does not exist: name a JavaScript file that registers layers.`);
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new UserError(`The module of layers ${file} cannot be loaded (${brief(cause)}): correct it.`, { cause });
  }
}

/** Returns the function that a module exports; a CommonJS module may be exported twice deep. */
function registerOf(module: unknown, file: string): (library: typeof whole) => unknown {
  let one = module;
  for (let depth = 0; depth < 3; depth++) {
    if (typeof one === 'function') {
      const register = one;
      return (library) => Reflect.apply(register, undefined, [library]) as unknown;
    }
    if (typeof one !== 'object' || one === null || !('default' in one)) break;
    one = one.default;
  }
  throw new UserError(
    `The module of layers ${file} exports no function: export one that takes tf and registers layers.`,
  );
}
