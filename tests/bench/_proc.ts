// What Linux says of a running process: how much processor time it took, how much memory it holds.

/** Processor time so far, user and system, all threads; in ticks of a hundredth of a second. Throws where there is no such process. */
export function cpuTicks(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory, bytes: at this moment and at most so far. Throws where there is no such process. */
export function memory(pid: number): { readonly resident: number; readonly peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return { resident: bytes("VmRSS"), peak: bytes("VmHWM") };
}
