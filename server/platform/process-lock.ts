import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';

/**
 * Claims `file` for this process until release() or its death.
 * @returns null when taken; else the id of the live process that holds it
 */
export function claimProcessLock(file: string): { release(): void } | { heldBy: number } {
  const mine = `${process.pid} ${startTime(process.pid)}\n`;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return { release: () => removeIf(file, mine) };
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const held = readOrEmpty(file);
    const [pid, startedAt] = held.trim().split(' ');
    // The same number with another start time is an unrelated process that was given the number of a dead one.
    if (pid !== undefined && held !== mine && startedAt === startTime(Number(pid))) return { heldBy: Number(pid) };
    removeIf(file, held);
  }
}

/** Start of a process in the system's own unit; '' when there is none; 'alive' where the system does not tell. */
function startTime(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return 'dead';
  }
  if (process.platform !== 'linux') return 'alive';
  // Field 22; counted from behind the name in parentheses, which may hold anything.
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'dead';
}

function removeIf(file: string, content: string): void {
  if (readOrEmpty(file) !== content) return;
  try {
    unlinkSync(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return '';
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
