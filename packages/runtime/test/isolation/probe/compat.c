/* Promises 27 and 28: the other two ways into an x86-64 kernel.  */

#include "probe.h"

#if defined(__x86_64__)

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* asm/unistd_32.h, which cannot be included beside the 64-bit numbers. */
#define I386_GETPID 20
#define I386_MOUNT 21
#define I386_SOCKETCALL 102
#define I386_KEYCTL 288
#define I386_UNSHARE 310
#define I386_BPF 357
#define SOCKETCALL_SOCKET 1
#define X32_BIT 0x40000000L

/* Addresses must fit into 32 bits, which those of a static program's data do. */
static char empty[] = "", root[] = "/", no_type[] = "no-such-fs";

static long
call_i386 (long number, long a, long b, long c, long d, long e)
{
  long result;
  __asm__ volatile ("int $0x80"
                    : "=a"(result)
                    : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                    : "memory", "r8", "r9", "r10", "r11");
  if (result >= -4095 && result < 0)
    {
      errno = (int)-result;
      return -1;
    }
  return result;
}

/* User-Mode Linux takes the numbers for 64-bit ones.  */
static void
require_i386 (void)
{
  if (call_i386 (I386_GETPID, 0, 0, 0, 0, 0) != getpid ())
    hold ("ENOSYS");
}

#define CHECK(function, call)                                                                      \
  static void function (void)                                                                      \
  {                                                                                                \
    require_i386 ();                                                                               \
    judge_refusal (call);                                                                          \
  }

CHECK (try_mount, call_i386 (I386_MOUNT, (long)empty, (long)root, (long)no_type, 0, 0))
CHECK (try_unshare, call_i386 (I386_UNSHARE, CLONE_NEWUSER, 0, 0, 0, 0))
CHECK (try_keyctl, call_i386 (I386_KEYCTL, 0, -3, 0, 0, 0))
CHECK (try_bpf, call_i386 (I386_BPF, -1, 0, 0, 0, 0))

static void
try_x32_mount (void)
{
  judge_refusal (syscall (X32_BIT | SYS_mount, empty, root, no_type, 0, NULL));
}

static void
try_x32_unshare (void)
{
  judge_refusal (syscall (X32_BIT | SYS_unshare, CLONE_NEWUSER));
}

static void
try_socketcall (int family, int type)
{
  static unsigned arguments[3];
  require_i386 ();
  arguments[0] = (unsigned)family;
  arguments[1] = (unsigned)type;
  long socket = call_i386 (I386_SOCKETCALL, SOCKETCALL_SOCKET, (long)arguments, 0, 0, 0);
  if (socket < 0 && errno == EAFNOSUPPORT)
    hold ("EAFNOSUPPORT");
  judge_refusal (socket);
}

static void
try_vsock (void)
{
  try_socketcall (AF_VSOCK, SOCK_STREAM);
}

static void
try_alg (void)
{
  try_socketcall (AF_ALG, SOCK_SEQPACKET);
}

const struct check compat_checks[] = { { 27, "int 0x80 mount", try_mount },
                                       { 27, "int 0x80 unshare user", try_unshare },
                                       { 27, "int 0x80 keyctl", try_keyctl },
                                       { 27, "int 0x80 bpf", try_bpf },
                                       { 27, "x32 mount", try_x32_mount },
                                       { 27, "x32 unshare user", try_x32_unshare },
                                       { 28, "socketcall AF_VSOCK", try_vsock },
                                       { 28, "socketcall AF_ALG", try_alg },
                                       { 0, NULL, NULL } };

#else

const struct check compat_checks[] = { { 0, NULL, NULL } };

#endif
