import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const ESTABLISHED = "01";

/**
 * Which of these processes holds the socket on this loopback port that is connected to that one: the kernel tells it in
 * /proc, to the same user without any right. `undefined` for none of them, or where there is no /proc.
 */
export function whoDials(localPort: number, remotePort: number, pids: Iterable<number>): number | undefined {
  try {
    const inode = inodeOf(readFileSync("/proc/net/tcp", "latin1"), localPort, remotePort);
    if (inode === undefined) return undefined;
    for (const pid of pids) if (holds(pid, `socket:[${inode}]`)) return pid;
  } catch {
    // No /proc: every dialler is a stranger with an open line.
  }
  return undefined;
}

/** The inode of a connected socket, from the text of /proc/net/tcp, where ports are in hexadecimal. */
export function inodeOf(table: string, localPort: number, remotePort: number): string | undefined {
  const port = (of: number): string => of.toString(16).toUpperCase().padStart(4, "0");
  const [local, remote] = [`:${port(localPort)}`, `:${port(remotePort)}`];
  for (const row of table.split("\n")) {
    const fields = row.trim().split(/\s+/);
    if (fields[1]?.endsWith(local) && fields[2]?.endsWith(remote) && fields[3] === ESTABLISHED) return fields[9];
  }
  return undefined;
}

function holds(pid: number, link: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`) === link;
      } catch {
        return false; // closed meanwhile
      }
    });
  } catch {
    return false; // the process has ended
  }
}
