/* The functions of libc that the launcher's sources and the monitor use, over bare system calls:
   the monitor links no libc, which would cost each detached container 0.7 MiB. It has one thread.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../syscall.h"

#define KERNEL_SIGNAL_SET 8

static int last_error;

int *
__errno_location (void)
{
  return &last_error;
}

static long
settle (long result)
{
  if (result >= 0 || result < -4095)
    return result;
  errno = (int)-result;
  return -1;
}

long
syscall (long number, ...)
{
  long arguments[6];
  va_list list;
  va_start (list, number);
  for (size_t i = 0; i < 6; i++)
    arguments[i] = va_arg (list, long);
  va_end (list);
  return settle (ns_syscall6 (number, arguments[0], arguments[1], arguments[2], arguments[3],
                              arguments[4], arguments[5]));
}

/* Files.  */

int
openat (int directory, const char *path, int flags, ...)
{
  va_list list;
  va_start (list, flags);
  mode_t mode = flags & O_CREAT ? va_arg (list, mode_t) : 0;
  va_end (list);
  return (int)settle (ns_syscall (__NR_openat, directory, path, flags, mode));
}

int
open (const char *path, int flags, ...)
{
  va_list list;
  va_start (list, flags);
  mode_t mode = flags & O_CREAT ? va_arg (list, mode_t) : 0;
  va_end (list);
  return openat (AT_FDCWD, path, flags, mode);
}

int
close (int fd)
{
  return (int)settle (ns_close (fd));
}

ssize_t
read (int fd, void *buffer, size_t length)
{
  return settle (ns_syscall (__NR_read, fd, buffer, length));
}

ssize_t
write (int fd, const void *bytes, size_t length)
{
  return settle (ns_syscall (__NR_write, fd, bytes, length));
}

off_t
lseek (int fd, off_t offset, int whence)
{
  return settle (ns_syscall (__NR_lseek, fd, offset, whence));
}

int
fcntl (int fd, int command, ...)
{
  va_list list;
  va_start (list, command);
  long argument = va_arg (list, long);
  va_end (list);
  return (int)settle (ns_syscall (__NR_fcntl, fd, command, argument));
}

int
ioctl (int fd, unsigned long request, ...)
{
  va_list list;
  va_start (list, request);
  void *argument = va_arg (list, void *);
  va_end (list);
  return (int)settle (ns_syscall (__NR_ioctl, fd, request, argument));
}

int
fchown (int fd, uid_t uid, gid_t gid)
{
  return (int)settle (ns_syscall (__NR_fchown, fd, uid, gid));
}

int
fsync (int fd)
{
  return (int)settle (ns_syscall (__NR_fsync, fd));
}

int
ftruncate (int fd, off_t length)
{
  return (int)settle (ns_syscall (__NR_ftruncate, fd, length));
}

int
flock (int fd, int operation)
{
  return (int)settle (ns_syscall (__NR_flock, fd, operation));
}

int
unlinkat (int directory, const char *path, int flags)
{
  return (int)settle (ns_syscall (__NR_unlinkat, directory, path, flags));
}

int
renameat (int from, const char *old, int to, const char *path)
{
  return (int)settle (ns_syscall (__NR_renameat2, from, old, to, path, 0));
}

int
pipe2 (int ends[2], int flags)
{
  return (int)settle (ns_syscall (__NR_pipe2, ends, flags));
}

int
dup3 (int from, int to, int flags)
{
  return (int)settle (ns_syscall (__NR_dup3, from, to, flags));
}

int
ppoll (struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
  /* The kernel writes back what is left.  */
  struct timespec left = timeout == NULL ? (struct timespec){ 0 } : *timeout;
  return (int)settle (
      ns_syscall (__NR_ppoll, fds, count, timeout == NULL ? NULL : &left, mask, KERNEL_SIGNAL_SET));
}

int
poll (struct pollfd *fds, nfds_t count, int milliseconds)
{
  const struct timespec timeout
      = { .tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000 };
  return ppoll (fds, count, milliseconds < 0 ? NULL : &timeout, NULL);
}

/* Sockets.  */

int
socket (int domain, int type, int protocol)
{
  return (int)settle (ns_syscall (__NR_socket, domain, type, protocol));
}

int
socketpair (int domain, int type, int protocol, int ends[2])
{
  return (int)settle (ns_syscall (__NR_socketpair, domain, type, protocol, ends));
}

int
bind (int fd, const struct sockaddr *address, socklen_t length)
{
  return (int)settle (ns_syscall (__NR_bind, fd, address, length));
}

int
listen (int fd, int backlog)
{
  return (int)settle (ns_syscall (__NR_listen, fd, backlog));
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *length, int flags)
{
  return (int)settle (ns_syscall (__NR_accept4, fd, address, length, flags));
}

int
getsockopt (int fd, int level, int name, void *value, socklen_t *length)
{
  return (int)settle (ns_syscall (__NR_getsockopt, fd, level, name, value, length));
}

ssize_t
recv (int fd, void *buffer, size_t length, int flags)
{
  return settle (ns_syscall (__NR_recvfrom, fd, buffer, length, flags, NULL, NULL));
}

ssize_t
send (int fd, const void *bytes, size_t length, int flags)
{
  return settle (ns_syscall (__NR_sendto, fd, bytes, length, flags, NULL, 0));
}

ssize_t
recvmsg (int fd, struct msghdr *message, int flags)
{
  return settle (ns_syscall (__NR_recvmsg, fd, message, flags));
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  return settle (ns_syscall (__NR_sendmsg, fd, message, flags));
}

/* Processes.  */

int
waitid (idtype_t type, id_t id, siginfo_t *info, int options)
{
  return (int)settle (ns_syscall (__NR_waitid, type, id, info, options, NULL));
}

int
kill (pid_t pid, int signal)
{
  return (int)settle (ns_syscall (__NR_kill, pid, signal));
}

int
prctl (int option, ...)
{
  va_list list;
  va_start (list, option);
  unsigned long argument = va_arg (list, unsigned long);
  va_end (list);
  return (int)settle (ns_syscall (__NR_prctl, option, argument, 0, 0, 0));
}

int
getrusage (__rusage_who_t who, struct rusage *usage)
{
  return (int)settle (ns_syscall (__NR_getrusage, who, usage));
}

int
clock_gettime (clockid_t clock, struct timespec *time)
{
  return (int)settle (ns_syscall (__NR_clock_gettime, clock, time));
}

int
nanosleep (const struct timespec *time, struct timespec *left)
{
  return (int)settle (ns_syscall (__NR_nanosleep, time, left));
}

int
chdir (const char *path)
{
  return (int)settle (ns_syscall (__NR_chdir, path));
}

mode_t
umask (mode_t mask)
{
  return (mode_t)ns_syscall (__NR_umask, mask);
}

pid_t
setsid (void)
{
  return (pid_t)settle (ns_syscall (__NR_setsid));
}

pid_t
getpid (void)
{
  return (pid_t)ns_syscall (__NR_getpid);
}

uid_t
geteuid (void)
{
  return (uid_t)ns_syscall (__NR_geteuid);
}

int
execve (const char *path, char *const argv[], char *const envp[])
{
  return (int)settle (ns_syscall (__NR_execve, path, argv, envp));
}

/* One thread: there is nobody to guard against.  */

int
pthread_mutex_lock (pthread_mutex_t *mutex)
{
  (void)mutex;
  return 0;
}

int
pthread_mutex_unlock (pthread_mutex_t *mutex)
{
  (void)mutex;
  return 0;
}

/* Memory: whole pages, since what is allocated is rare and large, and given back at once.  */

void *
mmap (void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
  return (void *)settle (ns_syscall (__NR_mmap, address, length, protection, flags, fd, offset));
}

int
munmap (void *address, size_t length)
{
  return (int)settle (ns_syscall (__NR_munmap, address, length));
}

int
mprotect (void *address, size_t length, int protection)
{
  return (int)settle (ns_syscall (__NR_mprotect, address, length, protection));
}

int
madvise (void *address, size_t length, int advice)
{
  return (int)settle (ns_syscall (__NR_madvise, address, length, advice));
}

struct block
{
  _Alignas (16) size_t size;
};

void *
malloc (size_t size)
{
  if (size > SIZE_MAX / 2)
    return NULL;
  size += sizeof (struct block);
  struct block *block
      = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED)
    return NULL;
  block->size = size;
  return block + 1;
}

void
free (void *memory)
{
  if (memory == NULL)
    return;
  struct block *block = (struct block *)memory - 1;
  munmap (block, block->size);
}

#if defined(__x86_64__)
void *
memcpy (void *restrict to, const void *restrict from, size_t length)
{
  void *result = to;
  __asm__ volatile ("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
  return result;
}
#else
void *
memcpy (void *restrict to, const void *restrict from, size_t length)
{
  unsigned char *target = to;
  const unsigned char *source = from;
  for (; length >= 16; length -= 16, target += 16, source += 16)
    __builtin_memcpy (target, source, 16);
  while (length-- > 0)
    *target++ = *source++;
  return to;
}
#endif

void *
memmove (void *to, const void *from, size_t length)
{
  unsigned char *target = to;
  const unsigned char *source = from;
  if (target <= source)
    for (size_t i = 0; i < length; i++)
      target[i] = source[i];
  else
    while (length-- > 0)
      target[length] = source[length];
  return to;
}

void *
memset (void *to, int byte, size_t length)
{
  unsigned char *target = to;
  for (size_t i = 0; i < length; i++)
    target[i] = (unsigned char)byte;
  return to;
}

size_t
strlen (const char *text)
{
  size_t length = 0;
  while (text[length] != '\0')
    length++;
  return length;
}
