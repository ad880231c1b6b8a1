#include "report.h"

#include <asm/errno.h>
#include <linux/time_types.h>

#include "syscall.h"

/* The kernel's own shapes: libc's headers are not for code without libc.  */
struct ns_iovec
{
  void *base;
  size_t length;
};

struct ns_message
{
  void *name;
  int name_length;
  struct ns_iovec *vector;
  size_t vector_length;
  void *control;
  size_t control_length;
  unsigned int flags;
};

struct ns_control
{
  size_t length;
  int level;
  int type;
  int fd;
};

struct ns_pollfd
{
  int fd;
  short events;
  short revents;
};

#define NS_SOL_SOCKET 1
#define NS_SCM_RIGHTS 1
#define NS_MSG_NOSIGNAL 0x4000
#define NS_POLLERR 8
#define NS_POLLHUP 16

int
ns_send_report (int socket, const struct ns_report *report, int fd)
{
  struct ns_iovec vector = { .base = (void *)(uintptr_t)report, .length = sizeof *report };
  struct ns_control control = { .length = offsetof (struct ns_control, fd) + sizeof (int),
                                .level = NS_SOL_SOCKET,
                                .type = NS_SCM_RIGHTS,
                                .fd = fd };
  struct ns_message message = { .name = NULL,
                                .vector = &vector,
                                .vector_length = 1,
                                .control = fd < 0 ? NULL : &control,
                                .control_length = fd < 0 ? 0 : sizeof control };
  long sent;
  do
    sent = ns_syscall (__NR_sendmsg, socket, &message, NS_MSG_NOSIGNAL);
  while (sent == -EINTR);
  return sent < 0 ? (int)sent : 0;
}

int
ns_check_parent (int socket)
{
  struct ns_pollfd poll = { .fd = socket };
  struct __kernel_timespec now = { 0, 0 };
  long ready;
  do
    ready = ns_syscall (__NR_ppoll, &poll, 1, &now, NULL, 0);
  while (ready == -EINTR);
  if (ready < 0)
    return (int)ready;
  return (poll.revents & (NS_POLLERR | NS_POLLHUP)) != 0 ? -ESRCH : 0;
}
