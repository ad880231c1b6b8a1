#include "device_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
load (const void *program, size_t length)
{
  union bpf_attr attributes;
  /* The kernel refuses attributes that it does not know and that are not zero.  */
  memset (&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insns = (uint64_t)(uintptr_t)program;
  attributes.insn_cnt = (uint32_t)(length / sizeof (struct bpf_insn));
  attributes.license = (uint64_t)(uintptr_t)"MIT";
  long fd;
  do
    fd = syscall (SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
  /* The verifier gives up for a signal.  */
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  return fd < 0 ? -errno : (int)fd;
}

static int
attach (int cgroup, int program)
{
  union bpf_attr attributes;
  memset (&attributes, 0, sizeof attributes);
  attributes.target_fd = (uint32_t)cgroup;
  attributes.attach_bpf_fd = (uint32_t)program;
  attributes.attach_type = BPF_CGROUP_DEVICE;
  /* A filter further up keeps deciding too.  */
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  return syscall (SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof attributes) < 0 ? -errno : 0;
}

int
ns_attach_device_filter (const char *directory, const void *program, size_t length)
{
  int fd = load (program, length);
  if (fd < 0)
    return fd;
  int cgroup = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int error = cgroup < 0 ? -errno : attach (cgroup, fd);
  if (cgroup >= 0)
    close (cgroup);
  close (fd);
  return error;
}
