#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE
   SYS_CHROOT KILL AUDIT_WRITE: Docker's fourteen.  */
#define DOCKER_CAPABILITIES 0xa80425fbULL

const char *
start_clean (void)
{
  sigset_t none;
  sigemptyset (&none);
  TRY (prctl (PR_SET_PDEATHSIG, SIGKILL));
  TRY (syscall (SYS_close_range, 3, ~0U, 0));
  TRY (setsid ());
  TRY (syscall (SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
  TRY (sigprocmask (SIG_SETMASK, &none, NULL));
  umask (022);
  return NULL;
}

const char *
drop_privileges (void)
{
  for (int capability = 0; capability < 64; capability++)
    if (!(DOCKER_CAPABILITIES >> capability & 1)
        && prctl (PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
      {
        /* The kernel knows no such capability, nor any above it.  */
        if (errno == EINVAL)
          break;
        return "prctl (PR_CAPBSET_DROP)";
      }
  TRY (syscall (SYS_setgroups, 0, NULL));
  TRY (syscall (SYS_setresgid, 0, 0, 0));
  TRY (syscall (SYS_setresuid, 0, 0, 0));

  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  uint32_t low = (uint32_t)DOCKER_CAPABILITIES, high = (uint32_t)(DOCKER_CAPABILITIES >> 32);
  struct __user_cap_data_struct data[2]
      = { { .effective = low, .permitted = low }, { .effective = high, .permitted = high } };
  TRY (syscall (SYS_capset, &header, data));
  TRY (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  return NULL;
}

const char *
install_filter (const struct sock_fprog *filter)
{
  if (filter->len > 0)
    TRY (syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter));
  return NULL;
}

bool
read_filter (const char *path, struct sock_fprog *filter)
{
  static struct sock_filter instructions[BPF_MAXINSNS];
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t size = fd < 0 ? -1 : read (fd, instructions, sizeof instructions);
  if (fd >= 0)
    close (fd);
  if (size <= 0)
    return false;
  filter->len = (unsigned short)((size_t)size / sizeof *instructions);
  filter->filter = instructions;
  return true;
}
