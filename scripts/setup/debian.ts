import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './run';
import { ScriptError } from './run-main';

/** The Debian packages of the tests and the demo, and a search for each. */
const REQUIREMENTS = {
  chromium: { find: findChromium, what: 'a Chromium to drive' },
  'fonts-wqy-microhei': { find: findChineseFont, what: 'a font with Chinese characters' },
  'dataset-fashion-mnist': { find: findFashionMnist, what: 'the Fashion-MNIST images' },
} as const;

/** A Debian package that this project uses. */
export type DebianPackage = keyof typeof REQUIREMENTS;

/** The path of a Chromium or Chrome, if there is one. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const onPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)));
  const macOs = [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return ['/usr/bin/chromium', ...onPath, ...macOs].find((file) => existsSync(file));
}

/** A font with Chinese characters, if there is one that a browser takes by itself. */
export function findChineseFont(): string | undefined {
  const fonts = [
    '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
    '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    '/System/Library/Fonts/PingFang.ttc',
  ];
  return fonts.find((file) => existsSync(file));
}

/** The folder with the four files of the real Fashion-MNIST from Debian's package, if it is installed. */
export function findFashionMnist(): string | undefined {
  const folder = '/usr/share/datasets/fashion-mnist';
  return existsSync(path.join(folder, 'train-images-idx3-ubyte.gz')) ? folder : undefined;
}

/**
 * Makes sure that a Debian package is installed; installs it if this process may.
 * @returns its place. @throws ScriptError with the command to run otherwise
 */
export async function ensureDebian(name: DebianPackage): Promise<string> {
  const { find, what } = REQUIREMENTS[name];
  const found = find();
  if (found) return found;
  const missing = Object.entries(REQUIREMENTS)
    .filter(([, requirement]) => !requirement.find())
    .map(([packageName]) => packageName);
  const line = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing ${missing.join(' and ')} with apt-get`);
    await run('sh', ['-c', line], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    const installed = find();
    if (installed) return installed;
  }
  throw new ScriptError(`${name} (${what}) is missing. Install it and try again:\n  sudo sh -c '${line}'`);
}
