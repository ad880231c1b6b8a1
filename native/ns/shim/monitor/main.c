/* The monitor of a detached container: its life. Started as "dockher-monitor IMAGE SETTINGS CALLER
   [HELD]", descriptors.  */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "../identify.h"
#include "../launch.h"
#include "../syscall.h"
#include "../text.h"
#include "answer.h"
#include "cgroup.h"
#include "monitor.h"
#include "state.h"

#define SOCKET_NAME "monitor.sock"
#define LOCK_NAME "monitor.lock"
#define BACKLOG 64
#define KERNEL_SIGNAL_SET 8

/* Milliseconds.  */
#define STATE_RETRY 1000
#define LEAVE_TIME 10000
#define REST_AFTER 1000

static struct monitor monitor;
static struct mon_answer answer;

/* Whoever is told next may start another monitor at once: this one stands in nobody's way.  */
static void
step_aside (void)
{
  if (monitor.listener >= 0)
    {
      close (monitor.listener);
      unlinkat (monitor.socket_directory, SOCKET_NAME, 0);
    }
  if (monitor.lock >= 0)
    close (monitor.lock);
  monitor.listener = -1;
  monitor.lock = -1;
  ns_close_fd (&monitor.held);
}

static void
tell_caller (void)
{
  if (monitor.caller < 0)
    return;
  answer.monitor = getpid ();
  send (monitor.caller, &answer, sizeof answer, MSG_NOSIGNAL);
  close (monitor.caller);
  monitor.caller = -1;
}

/* Nothing has been started: say why, and go.  */
__attribute__ ((noreturn)) static void
give_up (enum mon_obstacle obstacle, int index, int error)
{
  answer.verdict = MON_VERDICT_UNABLE;
  answer.failure
      = (struct mon_refusal){ .phase = (uint32_t)obstacle, .index = index, .error = error };
  step_aside ();
  tell_caller ();
  ns_exit (1);
}

/* Becoming a monitor.  */

static void
take_descriptors (const char *const *argv)
{
  struct ns_descriptors fds;
  memset (&fds, -1, sizeof fds);
  fds.image = ns_parse_decimal (argv[1]);
  fds.plan = ns_parse_decimal (argv[2]);
  fds.report = ns_parse_decimal (argv[3]);
  fds.target = argv[4] == NULL ? -1 : ns_parse_decimal (argv[4]);
  monitor.image = fds.image;
  monitor.caller = fds.report;
  monitor.held = fds.target;
  monitor.listener = -1;
  monitor.lock = -1;
  monitor.signals = -1;
  monitor.oom_counter = -1;
  if (ns_close_others (&fds) < 0)
    ns_exit (1);
  const int kept[] = { fds.image, fds.plan, fds.report, fds.target };
  for (size_t i = 0; i < 4; i++)
    if (kept[i] >= 0)
      fcntl (kept[i], F_SETFD, FD_CLOEXEC);
  int null = ns_above_stdio (open ("/dev/null", O_RDWR | O_CLOEXEC));
  for (int i = 0; i < 3; i++)
    if (null < 0 || dup3 (null, i, 0) < 0)
      ns_exit (1);
  close (null);
}

static void
take_settings (int fd)
{
  off_t size = lseek (fd, 0, SEEK_END);
  void *bytes = size <= 0 ? MAP_FAILED : mmap (NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED || !mon_decode_settings (bytes, (size_t)size, &monitor.settings))
    give_up (MON_BAD_SETTINGS, -1, EINVAL);
  close (fd);
  monitor.bytes = bytes;
  const char *name = monitor.settings.name;
  if (name != NULL && mon_name_container (&monitor, name, strlen (name)) != 0)
    give_up (MON_BAD_SETTINGS, -1, EINVAL);
}

/* A child of nobody, so that whoever started it need not be there at its end; in a session of its
   own, which no terminal hangs up.  */
static void
detach (void)
{
  struct clone_args args = { .exit_signal = SIGCHLD };
  long pid = ns_syscall (__NR_clone3, &args, sizeof args);
  if (pid < 0)
    give_up (MON_NO_PROCESS, -1, (int)-pid);
  if (pid > 0)
    ns_exit (0);
  setsid ();
  chdir ("/");
  umask (077);
  prctl (PR_SET_PDEATHSIG, 0);
  prctl (PR_SET_NAME, "dockher-monitor");
  /* Nobody with our uid, as a container without a user namespace may be, looks in here.  */
  prctl (PR_SET_DUMPABLE, 0);
}

static void
take_signals (void)
{
  const uint64_t all = ~(uint64_t)0, wanted = 1u << (SIGTERM - 1);
  ns_syscall (__NR_rt_sigprocmask, SIG_SETMASK, &all, NULL, KERNEL_SIGNAL_SET);
  monitor.signals
      = (int)syscall (SYS_signalfd4, -1, &wanted, KERNEL_SIGNAL_SET, O_CLOEXEC | O_NONBLOCK);
  if (monitor.signals < 0)
    give_up (MON_NO_PROCESS, -1, errno);
}

static int
open_directory (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    give_up (MON_NO_DIRECTORY, -1, errno);
  return fd;
}

static void
open_directories (void)
{
  const struct mon_settings *settings = &monitor.settings;
  monitor.directory = open_directory (settings->directory);
  monitor.socket_directory = settings->socket_directory == NULL
                                 ? monitor.directory
                                 : open_directory (settings->socket_directory);
  /* Held as long as we live: whoever gets it knows that there is no monitor.  */
  int lock = openat (monitor.directory, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0 || flock (lock, LOCK_EX | LOCK_NB) < 0)
    give_up (MON_NO_LOCK, -1, errno);
  monitor.lock = lock;
}

/* A path of any depth would not fit into sun_path: by the name of the directory's descriptor.  */
static void
open_socket (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/proc/self/fd/" };
  char *path = address.sun_path;
  ns_format_decimal (path + strlen (path), monitor.socket_directory);
  memcpy (path + strlen (path), "/" SOCKET_NAME, sizeof "/" SOCKET_NAME);
  /* One that is there belonged to a monitor that was killed: we have the lock.  */
  unlinkat (monitor.socket_directory, SOCKET_NAME, 0);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  umask (0177);
  if (fd < 0 || bind (fd, (const struct sockaddr *)&address, sizeof address) < 0
      || listen (fd, BACKLOG) < 0)
    give_up (MON_NO_SOCKET, -1, errno);
  umask (077);
  monitor.listener = fd;
}

static void
introduce (void)
{
  ssize_t length
      = mon_read_file ("/proc/sys/kernel/random/boot_id", monitor.boot_id, sizeof monitor.boot_id);
  while (length > 0 && monitor.boot_id[length - 1] == '\n')
    monitor.boot_id[--length] = '\0';
  monitor.start_ticks = ns_read_start_ticks (getpid ());
}

static void
become_monitor (const char *const *argv)
{
  int index = -1;
  take_descriptors (argv);
  take_settings (ns_parse_decimal (argv[2]));
  detach ();
  take_signals ();
  int error = mon_join_cgroups (&monitor.settings, &index);
  if (error != 0)
    give_up (MON_NO_CGROUP, index, error);
  open_directories ();
  error = mon_open_log (&monitor.log, monitor.directory, &monitor.settings);
  if (error != 0)
    give_up (MON_NO_LOG, -1, error);
  monitor.oom_counter = mon_open_oom_counter (&monitor.settings);
  open_socket ();
  introduce ();
}

/* Being one.  */

/* Somebody shuts the machine down, or wants us gone: the container ends as by a stop.  */
static void
take_signal (struct monitor *self, void *subject, short revents)
{
  char information[128];
  (void)subject;
  (void)revents;
  if (read (self->signals, information, sizeof information) > 0)
    mon_stop_container (self, self->settings.stop_signal, (int64_t)self->settings.stop_timeout);
}

/* The caller is gone, or has thought better of it, before the container ran.  */
static void
lose_caller (struct monitor *self, void *subject, short revents)
{
  (void)subject;
  (void)revents;
  self->container.stay_down = true;
  ns_abort_start (&self->container.process.start);
}

static void
keep_state (void)
{
  uint64_t now = mon_now ();
  if (monitor.retry_state != 0 && monitor.retry_state <= now)
    monitor.state_changed = true;
  bool first_failed = monitor.caller >= 0 && monitor.container.process.stage == MON_FAILED;
  if (!monitor.state_changed || first_failed || monitor.lock < 0)
    return;
  monitor.state_changed = false;
  monitor.log.changed = false;
  int error = mon_write_state (&monitor);
  monitor.retry_state = error == 0 ? 0 : now + STATE_RETRY;
  if (error != 0 && monitor.caller >= 0 && monitor.container.phase == MON_CONTAINER_RUNNING)
    {
      /* A container that nobody could find again.  */
      mon_signal_process (&monitor.container.process, SIGKILL);
      give_up (MON_NO_STATE, -1, error);
    }
}

/* Who is told reads state.json next.  */
static void
tell_end (void)
{
  if (!monitor.end_due)
    return;
  if (monitor.container.phase == MON_CONTAINER_ENDED && monitor.retry_state == 0)
    step_aside ();
  mon_announce_end (&monitor);
  monitor.end_due = false;
}

/* The first start has an outcome.  */
static void
report_start (void)
{
  const struct mon_container *container = &monitor.container;
  if (monitor.caller < 0)
    return;
  if (container->phase == MON_CONTAINER_RUNNING)
    {
      answer.verdict = MON_VERDICT_STARTED;
      answer.pid = container->process.start.pid;
      tell_caller ();
    }
  else if (container->process.stage == MON_FAILED)
    {
      answer.verdict = MON_VERDICT_FAILED;
      answer.failure = mon_describe_failure (&container->process);
      step_aside ();
      tell_caller ();
      ns_exit (1);
    }
}

/* Whoever wanted to attach is gone, and the container must not wait for ever.  */
static void
end_hold (void)
{
  if (monitor.hold_until != 0 && monitor.hold_until <= mon_now ())
    monitor.hold_until = 0;
}

/* In a process of its own, which outlives us.  */
static void
run_exit_command (void)
{
  const struct mon_settings *settings = &monitor.settings;
  const uint64_t none = 0;
  struct clone_args args = { .flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD };
  size_t count = settings->exit_arguments + settings->exit_environment + 2;
  const char **argv = settings->exit_arguments == 0 ? NULL : malloc (count * sizeof *argv);
  if (argv == NULL || ns_syscall (__NR_clone3, &args, sizeof args) != 0)
    return;
  const char **envp = argv + settings->exit_arguments + 1;
  mon_decode_exit_command (monitor.bytes, argv, envp);
  ns_syscall (__NR_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_SIGNAL_SET);
  setsid ();
  umask (022);
  ns_syscall (__NR_execve, argv[0], argv, envp);
  ns_exit (127);
}

/* The container has ended for good, and its state says so: stop listening, and go when everybody
   has been told.  */
static void
take_leave (void)
{
  if (monitor.container.phase != MON_CONTAINER_ENDED)
    return;
  if (monitor.leave_at == 0)
    monitor.leave_at = mon_now () + LEAVE_TIME;
  bool late = monitor.leave_at <= mon_now ();
  if (monitor.retry_state != 0 && !late)
    return;
  if (!monitor.leaving)
    {
      monitor.leaving = true;
      step_aside ();
      mon_announce_end (&monitor);
      run_exit_command ();
    }
  if (monitor.execs == NULL)
    for (struct mon_client *client = monitor.clients; client != NULL; client = client->next)
      if (!client->leaving)
        mon_dismiss (client, MON_ENDED);
  mon_sweep_clients (&monitor);
  if (late || (monitor.clients == NULL && monitor.execs == NULL))
    ns_exit (0);
}

/* Nothing has happened for a while: give back what the last burst took.  */
static void
rest (uint64_t *rest_at)
{
  uint64_t now = mon_now ();
  if (monitor.dirty)
    {
      monitor.dirty = false;
      *rest_at = now + REST_AFTER;
    }
  if (*rest_at == 0 || *rest_at > now)
    return;
  *rest_at = 0;
  mon_rest_log ();
  mon_rest_container (&monitor);
  mon_rest_execs ();
  mon_rest_clients (&monitor);
}

static void
watch (uint64_t rest_at)
{
  mon_begin_turn ();
  mon_watch_container (&monitor);
  mon_watch (monitor.signals, POLLIN, take_signal, NULL);
  if (monitor.caller >= 0)
    mon_watch (monitor.caller, POLLIN | POLLRDHUP, lose_caller, NULL);
  else
    {
      mon_watch_execs (&monitor);
      mon_watch_clients (&monitor);
      mon_watch_health (&monitor);
    }
  mon_wake_at (monitor.retry_state);
  mon_wake_at (monitor.leave_at);
  mon_wake_at (monitor.hold_until);
  mon_wake_at (rest_at);
}

__attribute__ ((noreturn)) static void
run (void)
{
  uint64_t rest_at = 0;
  if (monitor.settings.hold != 0)
    monitor.hold_until = mon_now () + monitor.settings.hold;
  mon_start_container (&monitor);
  for (;;)
    {
      end_hold ();
      mon_tick_container (&monitor);
      mon_tick_health (&monitor);
      mon_sweep_execs (&monitor);
      mon_sweep_clients (&monitor);
      keep_state ();
      mon_tell_news (&monitor);
      tell_end ();
      report_start ();
      take_leave ();
      rest (&rest_at);
      watch (rest_at);
      mon_end_turn (&monitor);
    }
}

__attribute__ ((noreturn, used)) static void
begin (const long *stack)
{
  const char *const *argv = (const char *const *)(const void *)(stack + 1);
  if (stack[0] != 4 && stack[0] != 5)
    ns_exit (2);
  become_monitor (argv);
  run ();
}

#if defined(__x86_64__)
__asm__ (".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n"
         "\tcall begin\n");
#elif defined(__aarch64__)
__asm__ (".globl _start\n_start:\n\tmov x29, xzr\n\tmov x30, xzr\n\tmov x0, sp\n\tbl begin\n");
#endif
