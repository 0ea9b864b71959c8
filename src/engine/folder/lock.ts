import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, lutimes, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { UserError } from '../../protocol/errors';
import { LOCK_FILE, LOCK_SILENCE_MS } from '../../protocol/run-folder';
import { errorCode } from '../checkpoint/failures';
import { identityOf, isAlive } from './process-identity';
import type { OutputFolder } from './output-folder';

const CLAIM = new RegExp(`^\\${LOCK_FILE}-[0-9a-z-]+$`);
/** The name of a claim says whose it is: a process that is killed may leave it empty. */
const NAMED = new RegExp(`^\\${LOCK_FILE}-([0-9a-f]{8})-(\\d+)-[0-9a-f-]+$`);

const Holder = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int().positive(),
  started: z.string().nullable(),
});

/** Interval at which the holder touches its lock, in milliseconds. */
const HEARTBEAT_MS = 5_000;
/** Most bytes of a lock. */
const LOCK_MAX_BYTES = 4096;
/** A lock that others release and take again this often belongs to a living run. */
const ATTEMPTS = 5;

/** Locks of this process; removed when it exits, even while promises are pending. */
const held = new Set<string>();
process.on('exit', () => {
  for (const file of held) rmSync(file, { force: true });
});

/** The exclusive right to work in a folder, until it is released. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder that exists. A dead run's lock is recognised and taken over at once.
 *
 * This is not `proper-lockfile`, because version 4.1.2 lets two runs that find the same dead lock both take it (its issue 121),
 * and waits some seconds after a kill where the system knows that the process is dead.
 * @throws UserError where a living run holds it
 */
export async function lockFolder(folder: OutputFolder): Promise<FolderLock> {
  const home = await folder.folder('');
  const file = path.join(home, LOCK_FILE);
  const id = randomUUID();
  const own = path.join(home, claimName(process.pid, id));
  try {
    await writeFile(own, JSON.stringify({ id, ...(await identityOf(process.pid)) }), { flag: 'wx' });
    for (let attempt = 0; !(await linkedTo(own, file)); attempt++) {
      const corpse = attempt < ATTEMPTS ? await readDead(folder, LOCK_FILE) : undefined;
      if (corpse === undefined)
        throw new UserError(`Another run is at work in ${folder.given}: wait for its end or choose another folder.`);
      if (corpse !== 'gone' && (await succeeds(folder, own, LOCK_FILE, corpse))) break;
    }
  } finally {
    await rm(own, { force: true });
  }
  held.add(file);
  const heartbeat = setInterval(() => {
    const now = new Date();
    lutimes(file, now, now).catch(() => undefined);
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

/** Creates the lock atomically: of two runs that try at once only one succeeds. */
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
      await rm(file, { force: true });
      throw second;
    }
  }
}

/** The name of the claim of a process of this host. */
export const claimName = (pid: number, id: string): string => `${LOCK_FILE}-${hostMark()}-${pid}-${id}`;

const hostMark = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Returns true for the claim file of a dead process that was taking the lock. */
export async function isDeadClaim(folder: OutputFolder, name: string): Promise<boolean> {
  if (!CLAIM.test(name)) return false;
  if ((await readDead(folder, name)) !== undefined) return true;
  const [, host, pid] = NAMED.exec(name) ?? [];
  if (host !== hostMark() || parse((await textOf(folder, name)) ?? '') !== undefined) return false;
  return (await isAlive({ host: hostname(), pid: Number(pid), started: null })) === false;
}

/** Returns the text of a lock whose holder is dead; `gone` where it was just released; undefined while the holder lives. */
async function readDead(folder: OutputFolder, name: string): Promise<string | undefined> {
  const text = await textOf(folder, name);
  const changed = await folder.changed(name);
  if (text === undefined || changed === undefined) return 'gone';
  const holder = parse(text);
  const alive = holder ? await isAlive(holder) : 'unknown';
  return alive === false || (alive === 'unknown' && Date.now() - changed > LOCK_SILENCE_MS) ? text : undefined;
}

/**
 * Replaces a dead lock by a file. Returns true where it did. The takeover of each dead lock has a lock of its own, so
 * that a process that saw the lock dead long ago cannot remove its successor; the lock of a process that died during a
 * takeover is taken over in the same way. The lock file exists at every moment.
 */
async function succeeds(folder: OutputFolder, own: string, name: string, corpse: string): Promise<boolean> {
  const home = path.dirname(own);
  const hash = createHash('sha256').update(corpse).digest('hex').slice(0, 16);
  const claim = `${LOCK_FILE}-after-${hash}`;
  const copy = `${own}-${hash}`;
  if (!(await linkedTo(own, path.join(home, claim)))) {
    const dead = await readDead(folder, claim);
    if (dead === undefined || dead === 'gone') return false;
    if (!(await succeeds(folder, own, claim, dead))) return false;
  }
  try {
    if ((await textOf(folder, name)) !== corpse) return false;
    await writeFile(copy, await readFile(own), { flag: 'wx' });
    await rename(copy, path.join(home, name));
    return true;
  } finally {
    await rm(path.join(home, claim), { force: true });
  }
}

const textOf = async (folder: OutputFolder, name: string): Promise<string | undefined> =>
  (await folder.read(name, LOCK_MAX_BYTES))?.toString('utf8');

function parse(text: string): z.infer<typeof Holder> | undefined {
  try {
    return Holder.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
