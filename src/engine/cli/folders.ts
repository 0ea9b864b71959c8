import { homedir } from 'node:os';
import path from 'node:path';

/** Returns the cache folder of the system. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'secateur', 'cache');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'secateur');
  // XDG Base Directory Specification: a relative path is ignored.
  const xdg = env['XDG_CACHE_HOME'];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache'), 'secateur');
}

/** Returns the folder of the shipped sample. @param bundleFolder folder of the command line's bundle */
export const sampleFolder = (bundleFolder: string): string =>
  path.join(bundleFolder, '..', 'media', 'samples', 'fashion-mnist-sample');
