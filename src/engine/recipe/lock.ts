import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { UserError } from '../../protocol/errors';
import { errorCode } from '../checkpoint/failures';
import { identityOf, isAlive } from './processIdentity';

/** The file in a run's folder that says who works in it. */
export const LOCK_FILE = '.secateur-lock';

const Holder = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int(),
  started: z.string().nullable(),
});

/** The holder touches its lock this often: milliseconds. */
const HEARTBEAT_MS = 5_000;
/** Where nothing else tells whether the holder lives, silence this long means that it is dead: milliseconds. */
const SILENCE_MS = 30_000;
/** A lock that is released and taken by others again and again is a living one. */
const ATTEMPTS = 5;

/** Locks that this process holds; removed at its end even where nobody waits for promises any more. */
const held = new Set<string>();
process.on('exit', () => {
  for (const file of held) rmSync(file, { force: true });
});

/** The right to work in a folder, until it is released. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder that exists. A dead run's lock is recognised and taken over.
 * Throws UserError where a living run holds it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = path.join(folder, LOCK_FILE);
  const id = randomUUID();
  const own = path.join(folder, `${LOCK_FILE}-${id}`);
  await writeFile(own, JSON.stringify({ id, ...(await identityOf(process.pid)) }), { flag: 'wx' });
  try {
    for (let attempt = 0; !(await linkedTo(own, file)); attempt++) {
      const corpse = attempt < ATTEMPTS ? await readDead(file) : undefined;
      if (corpse === undefined)
        throw new UserError(`Another run is at work in ${folder}: wait for its end or choose another folder.`);
      if (corpse !== 'gone' && (await succeeds(own, file, corpse))) break;
    }
  } finally {
    await rm(own, { force: true });
  }
  held.add(file);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      held.delete(file);
      await rm(file, { force: true });
    },
  };
}

/** Makes the lock appear whole or not at all: two runs that try at once cannot both succeed. */
async function linkedTo(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // Some file systems have no hard links.
    try {
      await writeFile(file, await readFile(own), { flag: 'wx' });
      return true;
    } catch (second) {
      if (errorCode(second) === 'EEXIST') return false;
      throw second;
    }
  }
}

/** The text of a lock whose holder is dead; `gone` where it was just released; undefined while the holder lives. */
async function readDead(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    const silence = Date.now() - (await stat(file)).mtimeMs;
    const holder = parse(text);
    const alive = holder ? await isAlive(holder) : 'unknown';
    return alive === false || (alive === 'unknown' && silence > SILENCE_MS) ? text : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
}

/**
 * Puts a file in the place of a dead lock: true where that was done. The succession to each dead lock is a lock of its own,
 * so that nobody who has seen it dead long ago can take away what came after it; a successor that died in between is
 * succeeded in the same way. The lock's place is never empty meanwhile.
 */
async function succeeds(own: string, file: string, corpse: string): Promise<boolean> {
  const name = createHash('sha256').update(corpse).digest('hex').slice(0, 16);
  const claim = path.join(path.dirname(file), `${LOCK_FILE}-after-${name}`);
  const copy = `${own}-${name}`;
  if (!(await linkedTo(own, claim))) {
    const dead = await readDead(claim);
    if (dead === undefined || dead === 'gone') return false;
    if (!(await succeeds(own, claim, dead))) return false;
  }
  try {
    if ((await textOf(file)) !== corpse) return false;
    await writeFile(copy, await readFile(own), { flag: 'wx' });
    await rename(copy, file);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): z.infer<typeof Holder> | undefined {
  try {
    return Holder.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
