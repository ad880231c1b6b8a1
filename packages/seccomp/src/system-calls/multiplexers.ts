/** A system call that leads to others: which, its first argument says. */
export interface Multiplexer {
  name: "socketcall" | "ipc";
  /** The bits of the argument that count: ipc(2) keeps a version above them. */
  mask: number;
  calls: Readonly<Record<string, number>>;
}

/** linux/net.h, SYS_*. */
const SOCKETCALL: Multiplexer = {
  name: "socketcall",
  mask: 0xffff_ffff,
  calls: {
    socket: 1,
    bind: 2,
    connect: 3,
    listen: 4,
    accept: 5,
    getsockname: 6,
    getpeername: 7,
    socketpair: 8,
    send: 9,
    recv: 10,
    sendto: 11,
    recvfrom: 12,
    shutdown: 13,
    setsockopt: 14,
    getsockopt: 15,
    sendmsg: 16,
    recvmsg: 17,
    accept4: 18,
    recvmmsg: 19,
    sendmmsg: 20,
  },
};

/** linux/ipc.h. */
const IPC: Multiplexer = {
  name: "ipc",
  mask: 0xffff,
  calls: {
    semop: 1,
    semget: 2,
    semctl: 3,
    semtimedop: 4,
    msgsnd: 11,
    msgrcv: 12,
    msgget: 13,
    msgctl: 14,
    shmat: 21,
    shmdt: 22,
    shmget: 23,
    shmctl: 24,
  },
};

/** The way to a system call through another one, if there is any. */
export function findMultiplexer(
  name: string,
): { multiplexer: Multiplexer; call: number } | undefined {
  for (const multiplexer of [SOCKETCALL, IPC]) {
    const call = multiplexer.calls[name];
    if (call !== undefined) return { multiplexer, call };
  }
  return undefined;
}
