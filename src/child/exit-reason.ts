const SIGNALS: Readonly<Record<string, string>> = {
  SIGTRAP:
    'signal SIGTRAP: the memory allocator inside VS Code refuses very large blocks; set `secateur.engine.nodePath` to a Node.js program',
  SIGILL: 'signal SIGILL: this processor lacks instructions that the native maths library needs',
  SIGSEGV: 'signal SIGSEGV: the native maths library read memory that it may not',
  SIGBUS: 'signal SIGBUS: the native maths library read memory that is not there',
  SIGABRT: 'signal SIGABRT: it ran out of memory, or the native maths library gave up',
  SIGKILL: 'signal SIGKILL: ended from outside, often because memory ran out',
  SIGTERM: 'signal SIGTERM: ended from outside',
};

/** Exit codes of Windows (NTSTATUS), which has no signals. */
const WINDOWS_CODES: Readonly<Record<number, string>> = {
  0xc0000005: 'access violation: the native maths library read memory that it may not',
  0xc000001d: 'illegal instruction: this processor lacks instructions that the native maths library needs',
  0xc0000135: 'a system library is missing: install the Microsoft Visual C++ runtime',
  0x80000003:
    'breakpoint trap: the memory allocator inside VS Code refuses very large blocks; set `secateur.engine.nodePath` to a Node.js program',
};

/** The reason why a child process ended, in words that continue "The engine stopped: …". */
export function exitReason(code: number | null, signal: string | null): string {
  if (signal !== null) return SIGNALS[signal] ?? `signal ${signal}`;
  if (code === null) return 'it is gone';
  return WINDOWS_CODES[code >>> 0] ?? `exit code ${code}`;
}
