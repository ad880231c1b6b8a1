/* Single system calls that Node lacks. Each returns a descriptor or 0, or -errno.  */

#ifndef NS_KERNEL_H
#define NS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Open PATH as if ROOT were "/", without magic links.  */
int ns_open_in_root (const char *root, const char *path, uint64_t flags, uint64_t mode);
/* flock(2) without waiting.  */
int ns_try_lock (int fd, bool shared);
int ns_open_pidfd (int pid);
int ns_signal_pidfd (int pidfd, int signal);
int ns_resize_terminal (int fd, unsigned short rows, unsigned short columns);
/* Whether the kernel knows the INDEXth system call that the shim needs; *NAME is its name, NULL
   behind the last.  */
bool ns_knows_call (size_t index, const char **name);

#endif
