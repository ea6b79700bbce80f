import { spawnSync } from 'node:child_process';
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
    if (pid !== undefined && startedAt === startTime(Number(pid))) return { heldBy: Number(pid) };
    removeIf(file, held);
  }
}

/** When a process began, in the system's own words; 'dead' when there is none. */
function startTime(pid: number): string {
  if (process.platform === 'win32') return isAlive(pid) ? 'alive' : 'dead';
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.trim().replaceAll(' ', '_') || 'dead';
  }
  // Fields 3 and 22; counted from behind the name in parentheses, which may hold anything.
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A killed process stands there as a zombie until its parent has asked for it, and some parents never do.
  return state === 'Z' ? 'dead' : (fields[18] ?? 'dead');
}

/** Whether a process of this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
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
