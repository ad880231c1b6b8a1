/* Runs a command and makes single system calls of it fail, as told over a socket that the command
   finds as descriptor 3. The command's programs are not changed: every call of the command, its
   threads and its children is offered to this process first (seccomp_unotify(2)).

   Calls are counted in groups: 0 is the command's own threads, of which only calls on files count;
   1 the threads that it has made since "mark"; 2 and on its children in the order of their first
   call, until they are a program other than the command's own and the static init of @dockher/ns.

     mark                      ->  ok
     arm GROUP INDEX ERRNO     ->  ok              forget the calls, and fail the INDEX-th, from 1
     report                    ->  FIRED CALLS...  each GROUP:NUMBER:DETAIL  */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof (array) / sizeof *(array))
#define CONTROL 3
#define MAX_CALLS 65536
#define MAX_GROUPS 64
#define MAX_MARKED 256
#define STACK_SIZE (256 * 1024)

/* Calls that never fail, whose failing libc does not outlive (rseq), or (close, munmap, wait) whose
   failing would only be a leak of our making: the kernel takes the descriptor away whatever it
   answers.  */
static const int unoffered[] = {
  SYS_futex,       SYS_close,      SYS_munmap,       SYS_waitid,          SYS_wait4,  SYS_madvise,
  SYS_exit,        SYS_exit_group, SYS_rt_sigreturn, SYS_restart_syscall, SYS_getpid, SYS_gettid,
  SYS_sched_yield, SYS_umask,      SYS_rseq,         SYS_set_robust_list,
#ifdef SYS_epoll_wait
  SYS_epoll_wait,
#endif
};

/* What the command's own threads do to files: by a path, or by a descriptor, the first argument. */
static const int on_paths[] = {
  SYS_openat,    SYS_openat2,    SYS_mkdirat, SYS_unlinkat, SYS_symlinkat, SYS_readlinkat,
  SYS_renameat2, SYS_newfstatat, SYS_statx,   SYS_fchownat, SYS_fchmodat,
#ifdef SYS_open
  SYS_open,      SYS_mkdir,      SYS_rmdir,   SYS_unlink,   SYS_symlink,   SYS_readlink,
  SYS_rename,    SYS_stat,       SYS_lstat,   SYS_chown,    SYS_chmod,
#endif
};
static const int on_descriptors[]
    = { SYS_read,   SYS_write,      SYS_pread64,   SYS_pwrite64, SYS_readv,
        SYS_writev, SYS_getdents64, SYS_fstat,     SYS_fsync,    SYS_fdatasync,
        SYS_fchmod, SYS_fchown,     SYS_ftruncate, SYS_flock,    SYS_copy_file_range };

struct call
{
  int group, number;
  unsigned detail;
};

static struct call calls[MAX_CALLS];
static unsigned call_count, counts[MAX_GROUPS];
static pid_t processes[MAX_GROUPS]; /* of the groups from 2 on */
static int process_count;
static pid_t marked[MAX_MARKED];
static int marked_count;
static struct
{
  int group, error;
  unsigned index;
  bool fired;
} armed;
static pid_t command;
static char command_program[4096];

static void
fail (const char *what)
{
  perror (what);
  exit (125);
}

static bool
contains (const int *numbers, size_t count, int number)
{
  for (size_t i = 0; i < count; i++)
    if (numbers[i] == number)
      return true;
  return false;
}

/* Reads a link of /proc. Empty where the process has gone.  */
static const char *
read_link (pid_t process, const char *name)
{
  static char path[64], target[4096];
  snprintf (path, sizeof path, "/proc/%d/%s", process, name);
  ssize_t length = readlink (path, target, sizeof target - 1);
  target[length < 0 ? 0 : length] = '\0';
  return target;
}

static bool
is_thread_of_command (pid_t thread)
{
  char path[64];
  snprintf (path, sizeof path, "/proc/%d/task/%d", command, thread);
  return access (path, F_OK) == 0;
}

/* The threads that are there now are the command's own.  */
static void
mark (void)
{
  snprintf (command_program, sizeof command_program, "%s", read_link (command, "exe"));
  char path[64];
  snprintf (path, sizeof path, "/proc/%d/task", command);
  DIR *directory = opendir (path);
  if (directory == NULL)
    fail ("opendir");
  marked_count = 0;
  for (struct dirent *entry; (entry = readdir (directory)) != NULL;)
    if (entry->d_name[0] != '.' && marked_count < MAX_MARKED)
      marked[marked_count++] = atoi (entry->d_name);
  closedir (directory);
}

/* What the descriptor in the first argument leads to.  */
static const char *
read_descriptor (const struct seccomp_notif *call)
{
  char name[32];
  snprintf (name, sizeof name, "fd/%d", (int)call->data.args[0]);
  return read_link ((pid_t)call->pid, name);
}

static bool
is_on_file (const struct seccomp_notif *call)
{
  return contains (on_paths, COUNT (on_paths), call->data.nr)
         || (contains (on_descriptors, COUNT (on_descriptors), call->data.nr)
             && read_descriptor (call)[0] == '/');
}

/* Waking the event loop: it cannot fail, and libuv would end the whole process.  */
static bool
is_wake (const struct seccomp_notif *call)
{
  return call->data.nr == SYS_write && strcmp (read_descriptor (call), "anon_inode:[eventfd]") == 0;
}

static bool
is_watched_program (pid_t process)
{
  const char *program = read_link (process, "exe");
  return strcmp (program, command_program) == 0
         || strncmp (program, "/memfd:dockher-init", strlen ("/memfd:dockher-init")) == 0;
}

/* The group of CALL, or -1 where it does not count.  */
static int
find_group (const struct seccomp_notif *call)
{
  pid_t caller = (pid_t)call->pid;
  if (is_thread_of_command (caller))
    {
      if (contains (marked, (size_t)marked_count, caller))
        return is_on_file (call) ? 0 : -1;
      return is_wake (call) ? -1 : 1;
    }
  if (!is_watched_program (caller))
    return -1;
  for (int i = 2; i < process_count; i++)
    if (processes[i] == caller)
      return i;
  if (process_count == MAX_GROUPS)
    return -1;
  processes[process_count] = caller;
  return process_count++;
}

/* The argument that tells one use of a call from another.  */
static unsigned
find_detail (const struct seccomp_notif *call)
{
  switch (call->data.nr)
    {
    case SYS_prctl:
      return (unsigned)call->data.args[0];
    case SYS_ioctl:
    case SYS_fcntl:
    case SYS_fsconfig:
    case SYS_ppoll:
      return (unsigned)call->data.args[1];
    default:
      return 0;
    }
}

/* Counts CALL. Returns the errno that it shall fail with, or 0.  */
static int
judge (const struct seccomp_notif *call)
{
  int group = find_group (call);
  if (group < 0 || call_count == MAX_CALLS)
    return 0;
  calls[call_count++]
      = (struct call){ .group = group, .number = call->data.nr, .detail = find_detail (call) };
  if (++counts[group] != armed.index || group != armed.group || armed.fired)
    return 0;
  armed.fired = true;
  return armed.error;
}

/* A caller that was killed meanwhile is no failure of ours (ENOENT).  */
static void
answer (int listener)
{
  struct seccomp_notif call = { 0 };
  if (ioctl (listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
    return;
  struct seccomp_notif_resp response = { .id = call.id };
  int error = judge (&call);
  if (error != 0)
    response.error = -error;
  else
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ioctl (listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void
arm (int group, unsigned index, int error)
{
  armed.group = group;
  armed.index = index;
  armed.error = error;
  armed.fired = false;
  call_count = 0;
  process_count = 2;
  memset (counts, 0, sizeof counts);
}

static void
report (int control)
{
  dprintf (control, "%d", armed.fired);
  armed.index = 0;
  FILE *stream = fdopen (dup (control), "w");
  if (stream == NULL)
    fail ("fdopen");
  for (unsigned i = 0; i < call_count; i++)
    fprintf (stream, " %d:%d:%u", calls[i].group, calls[i].number, calls[i].detail);
  fputc ('\n', stream);
  fclose (stream);
}

/* One command at a time: each is answered before the next. Returns false at the end of the
 * controller.  */
static bool
obey (int control)
{
  char line[64];
  int group, error;
  unsigned index;
  ssize_t length = read (control, line, sizeof line - 1);
  if (length <= 0)
    return false;
  line[length] = '\0';
  if (strcmp (line, "report\n") == 0)
    return report (control), true;
  if (strcmp (line, "mark\n") == 0)
    mark ();
  else if (sscanf (line, "arm %d %u %d", &group, &index, &error) == 3)
    arm (group, index, error);
  dprintf (control, "ok\n");
  return true;
}

static void
serve (int listener, int control)
{
  struct pollfd polled[]
      = { { .fd = listener, .events = POLLIN }, { .fd = control, .events = POLLIN } };
  while (poll (polled, COUNT (polled), -1) >= 0 || errno == EINTR)
    {
      if (polled[0].revents & POLLIN)
        answer (listener);
      else if (polled[0].revents)
        return; /* the last process has gone */
      if (polled[1].revents && !obey (control))
        polled[1].fd = -1;
    }
}

/* Everything is offered but what is not.  */
static int
install_filter (void)
{
  struct sock_filter filter[COUNT (unoffered) + 3];
  size_t count = COUNT (unoffered), at = 0;
  filter[at++]
      = (struct sock_filter)BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr));
  for (size_t i = 0; i < count; i++)
    filter[at++] = (struct sock_filter)BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (unsigned)unoffered[i],
                                                 (unsigned char)(count - i), 0);
  filter[at++] = (struct sock_filter)BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  filter[at++] = (struct sock_filter)BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = { .len = (unsigned short)at, .filter = filter };
  return (int)syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                       &program);
}

struct child
{
  char **arguments;
  _Atomic int listener; /* 0 until there is one, negative where there is none */
};

/* It has our memory and our descriptors until exec, so that its listener is ours at once.  */
static int
run_child (void *argument)
{
  struct child *child = argument;
  int listener = install_filter ();
  child->listener = listener;
  if (listener >= 0)
    execvp (child->arguments[0], child->arguments);
  _exit (125);
}

/* A pair of sockets of which the command gets one as CONTROL. Returns ours.  */
static int
make_control (void)
{
  int ends[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    fail ("socketpair");
  int ours = fcntl (ends[0], F_DUPFD_CLOEXEC, CONTROL + 1);
  int theirs = fcntl (ends[1], F_DUPFD_CLOEXEC, CONTROL + 1);
  close (ends[0]);
  close (ends[1]);
  if (ours < 0 || theirs < 0 || dup2 (theirs, CONTROL) < 0)
    fail ("dup2");
  close (theirs);
  return ours;
}

int
main (int argc, char **argv)
{
  static char stack[STACK_SIZE] __attribute__ ((aligned (16)));
  struct child child = { .arguments = argv + 1 };
  int status, control = make_control ();
  if (argc < 2)
    return 125;
  signal (SIGPIPE, SIG_IGN);
  command = clone (run_child, stack + sizeof stack, CLONE_VM | CLONE_FILES | SIGCHLD, &child);
  if (command < 0)
    fail ("clone");
  while (child.listener == 0)
    sched_yield ();
  if (child.listener < 0)
    fail ("seccomp");
  serve (child.listener, control);
  if (waitpid (command, &status, 0) < 0)
    fail ("waitpid");
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}
