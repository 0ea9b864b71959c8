import { t } from '../protocol/l10n';

const signals = (): Readonly<Record<string, string>> => ({
  SIGTRAP: t(
    'signal SIGTRAP: the memory allocator inside VS Code refuses very large blocks; set `secateur.engine.nodePath` to a Node.js program',
  ),
  SIGILL: t('signal SIGILL: this processor lacks instructions that the native maths library needs'),
  SIGSEGV: t('signal SIGSEGV: the native maths library read memory that it may not'),
  SIGBUS: t('signal SIGBUS: the native maths library read memory that is not there'),
  SIGABRT: t('signal SIGABRT: it ran out of memory, or the native maths library gave up'),
  SIGKILL: t('signal SIGKILL: ended from outside, often because memory ran out'),
  SIGTERM: t('signal SIGTERM: ended from outside'),
});

/** Exit codes of Windows (NTSTATUS), which has no signals. */
const windowsCodes = (): Readonly<Record<number, string>> => ({
  0xc0000005: t('access violation: the native maths library read memory that it may not'),
  0xc000001d: t('illegal instruction: this processor lacks instructions that the native maths library needs'),
  0xc0000135: t('a system library is missing: install the Microsoft Visual C++ runtime'),
  0x80000003: t(
    'breakpoint trap: the memory allocator inside VS Code refuses very large blocks; set `secateur.engine.nodePath` to a Node.js program',
  ),
});

/** The reason why a child process ended, in words that continue "The engine stopped: …". */
export function exitReason(code: number | null, signal: string | null): string {
  if (signal !== null) return signals()[signal] ?? t('signal {0}', signal);
  if (code === null) return t('it is gone');
  return windowsCodes()[code >>> 0] ?? t('exit code {0}', code);
}
