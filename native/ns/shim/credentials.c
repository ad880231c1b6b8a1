#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "child.h"
#include "syscall.h"

static int
set_limit (uint64_t resource, const struct rlimit64 *limit, struct rlimit64 *old)
{
  return (int)ns_syscall (__NR_prlimit64, 0, resource, limit, old);
}

static uint64_t
smaller (uint64_t a, uint64_t b)
{
  return a < b ? a : b;
}

/* Without CAP_SYS_RESOURCE a hard limit cannot rise, so what is asked for is met as far as the
   caller's own limit goes: never looser than either.  */
int
ns_limit (const struct ns_step *step)
{
  struct rlimit64 limit = { .rlim_cur = step->arguments[1], .rlim_max = step->arguments[2] };
  struct rlimit64 old;
  int error = set_limit (step->arguments[0], &limit, NULL);
  if (error != -EPERM)
    return error;
  error = set_limit (step->arguments[0], NULL, &old);
  if (error < 0)
    return error;
  limit.rlim_max = smaller (limit.rlim_max, old.rlim_max);
  limit.rlim_cur = smaller (limit.rlim_cur, limit.rlim_max);
  return set_limit (step->arguments[0], &limit, NULL);
}

int
ns_drop_bounding (const struct ns_step *step)
{
  uint64_t keep = step->arguments[0];
  for (unsigned long capability = 0; capability < 64; capability++)
    {
      if ((keep >> capability & 1) != 0)
        continue;
      long held = ns_syscall (__NR_prctl, PR_CAPBSET_READ, capability);
      if (held == -EINVAL)
        return 0;
      if (held == 0)
        continue;
      long error = ns_syscall (__NR_prctl, PR_CAPBSET_DROP, capability);
      if (error < 0)
        return (int)error;
    }
  return 0;
}

int
ns_set_groups (const struct ns_step *step)
{
  return (int)ns_syscall (__NR_setgroups, step->lengths[0] / 4, step->strings[0]);
}

int
ns_set_gid (const struct ns_step *step)
{
  uint64_t gid = step->arguments[0];
  return (int)ns_syscall (__NR_setresgid, gid, gid, gid);
}

int
ns_set_uid (const struct ns_step *step)
{
  uint64_t uid = step->arguments[0];
  long error = 0;
  if (step->arguments[1] != 0)
    error = ns_syscall (__NR_prctl, PR_SET_KEEPCAPS, 1);
  return error < 0 ? (int)error : (int)ns_syscall (__NR_setresuid, uid, uid, uid);
}

/* Whose the files are that are made from here on, by a process that keeps its rights: setfsuid(2)
   takes those over files away with the uid 0.  */
int
ns_set_file_owner (const struct ns_step *step)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];
  uint64_t uid = step->arguments[0], gid = step->arguments[1];
  ns_syscall (__NR_setfsgid, gid);
  ns_syscall (__NR_setfsuid, uid);
  /* They report no error: asked for an id that is none, they tell the present one.  */
  if ((uint32_t)ns_syscall (__NR_setfsgid, -1L) != (uint32_t)gid
      || (uint32_t)ns_syscall (__NR_setfsuid, -1L) != (uint32_t)uid)
    return -EPERM;
  long error = ns_syscall (__NR_capget, &header, data);
  for (int i = 0; i < 2; i++)
    data[i].effective = data[i].permitted;
  return error < 0 ? (int)error : (int)ns_syscall (__NR_capset, &header, data);
}

int
ns_enter_user_namespace (const struct ns_child *child)
{
  return (int)ns_syscall (__NR_setns, child->fds.user_namespace, CLONE_NEWUSER);
}

static int
raise_ambient (uint64_t ambient)
{
  long error = ns_syscall (__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  for (unsigned long capability = 0; error == 0 && capability < 64; capability++)
    if ((ambient >> capability & 1) != 0)
      error = ns_syscall (__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability);
  return (int)error;
}

int
ns_set_capabilities (const struct ns_step *step)
{
  uint64_t effective = step->arguments[0];
  uint64_t permitted = step->arguments[1];
  uint64_t inheritable = step->arguments[2];
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2]
      = { { (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
          { (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32),
            (uint32_t)(inheritable >> 32) } };
  long error = ns_syscall (__NR_capset, &header, data);
  return error < 0 ? (int)error : raise_ambient (step->arguments[3]);
}

int
ns_set_no_new_privileges (void)
{
  return (int)ns_syscall (__NR_prctl, PR_SET_NO_NEW_PRIVS, 1);
}

int
ns_install_seccomp (const struct ns_step *step)
{
  struct sock_fprog program
      = { .len = (unsigned short)(step->lengths[0] / sizeof (struct sock_filter)),
          .filter = (struct sock_filter *)(uintptr_t)step->strings[0] };
  return (int)ns_syscall (__NR_seccomp, SECCOMP_SET_MODE_FILTER, step->arguments[0], &program);
}
