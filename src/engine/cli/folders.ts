import { homedir } from 'node:os';
import path from 'node:path';

/** The folder for what can be fetched again, by the custom of each system. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'secateur', 'cache');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'secateur');
  // XDG Base Directory Specification: a relative path in it is to be ignored.
  const xdg = env['XDG_CACHE_HOME'];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache'), 'secateur');
}

/** The folder of the sample that ships; `bundleFolder` is the one of the command line's bundle. */
export const sampleFolder = (bundleFolder: string): string =>
  path.join(bundleFolder, '..', 'media', 'samples', 'fashion-mnist-sample');
