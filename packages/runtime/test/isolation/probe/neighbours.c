/* Promises 44 to 49: namespaces, and what the host has in them.  */

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

static void
check_namespace (const char *type)
{
  char path[64], known[64], name[64] = "";
  snprintf (path, sizeof path, "/proc/self/ns/%s", type);
  snprintf (known, sizeof known, "ns-%s", type);
  if (readlink (path, name, sizeof name - 1) < 0)
    fail ("%s", strerrorname_np (errno));
  if (strcmp (name, required_fact (known)) == 0)
    fail ("it is the host's");
  hold ("it is another one");
}

#define NAMESPACE_CHECK(function, type)                                                            \
  static void function (void) { check_namespace (type); }

NAMESPACE_CHECK (check_pid, "pid")
NAMESPACE_CHECK (check_mount, "mnt")
NAMESPACE_CHECK (check_network, "net")
NAMESPACE_CHECK (check_ipc, "ipc")
NAMESPACE_CHECK (check_uts, "uts")

static void
check_proc (void)
{
  char self[32] = "";
  if (readlink ("/proc/self", self, sizeof self - 1) < 0 || atoi (self) != getpid ())
    fail ("it calls process %d %s", getpid (), self);
  hold ("it is of this pid namespace");
}

static void
check_host_name (void)
{
  struct utsname name;
  uname (&name);
  if (strcmp (name.nodename, required_fact ("hostname")) == 0)
    fail ("it is the host's");
  hold ("it is %s", name.nodename);
}

/* Numbers are given again, so by its name too. */
static bool
is_canary (pid_t pid)
{
  char path[64], name[64];
  snprintf (path, sizeof path, "/proc/%d/comm", pid);
  return read_file (path, name, sizeof name) != NULL && strncmp (name, "canary", 6) == 0;
}

static pid_t
canary (void)
{
  return atoi (required_fact ("pid"));
}

static void
check_visible (void)
{
  if (is_canary (canary ()))
    fail ("it is listed");
  hold ("it is not listed");
}

static void
check_signal (void)
{
  if (kill (canary (), 0) == 0 && is_canary (canary ()))
    fail ("it can be signalled");
  hold ("it cannot be signalled");
}

static void
check_trace (void)
{
  if (ptrace (PTRACE_SEIZE, canary (), NULL, NULL) == 0)
    {
      bool traced = is_canary (canary ());
      ptrace (PTRACE_DETACH, canary (), NULL, NULL);
      if (traced)
        fail ("it can be traced");
    }
  hold ("it cannot be traced");
}

static void
check_abstract (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const char *name = required_fact ("abstract");
  size_t length = strlen (name);
  memcpy (address.sun_path + 1, name, length);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, (struct sockaddr *)&address,
               (socklen_t)(offsetof (struct sockaddr_un, sun_path) + 1 + length))
      == 0)
    fail ("it answers");
  hold ("%s", strerrorname_np (errno));
}

static void
check_loopback (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons ((uint16_t)atoi (required_fact ("port"))),
                                 .sin_addr = { htonl (INADDR_LOOPBACK) } };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, (struct sockaddr *)&address, sizeof address) == 0)
    fail ("it answers");
  hold ("%s", strerrorname_np (errno));
}

static void
check_segment (void)
{
  if (shmget ((key_t)strtol (required_fact ("shm-key"), NULL, 0), 0, 0) >= 0)
    fail ("it is found");
  hold ("%s", strerrorname_np (errno));
}

static void
check_shared_files (void)
{
  char path[256];
  snprintf (path, sizeof path, "/dev/shm/%s", required_fact ("shm-file"));
  if (access (path, F_OK) == 0)
    fail ("it is found");
  hold ("%s", strerrorname_np (errno));
}

/* A child's child that outlives its parent, and is gone only when somebody has waited for it. */
static void
check_orphans (void)
{
  int channel[2];
  pid_t orphan = 0;
  if (pipe (channel) < 0)
    fail ("%s", strerrorname_np (errno));
  pid_t child = fork ();
  if (child == 0)
    {
      orphan = fork ();
      if (orphan == 0)
        _exit (0);
      if (write (channel[1], &orphan, sizeof orphan) < 0)
        _exit (1);
      _exit (0);
    }
  waitpid (child, NULL, 0);
  if (read (channel[0], &orphan, sizeof orphan) != sizeof orphan)
    fail ("there is no orphan");
  for (int i = 0; i < 500; i++)
    {
      const struct timespec pause = { .tv_nsec = 10000000 };
      if (kill (orphan, 0) < 0 && errno == ESRCH)
        hold ("one was reaped");
      nanosleep (&pause, NULL);
    }
  fail ("one stays a zombie");
}

/* Not for this process to see: the caller looks for it after the end. */
static void
leave_daemon (void)
{
  if (fork () == 0)
    {
      char *const argv[] = { "/probe", "--sleep", (char *)required_fact ("secret"), NULL };
      setsid ();
      close (0);
      close (1);
      close (2);
      alarm (0);
      execv (argv[0], argv);
      _exit (1);
    }
  hold ("it is left behind");
}

const struct check host_checks[] = { { 44, "pid namespace", check_pid },
                                     { 44, "mount namespace", check_mount },
                                     { 44, "network namespace", check_network },
                                     { 44, "ipc namespace", check_ipc },
                                     { 44, "uts namespace", check_uts },
                                     { 44, "/proc", check_proc },
                                     { 44, "host name", check_host_name },
                                     { 46, "listed process", check_visible },
                                     { 46, "signalled process", check_signal },
                                     { 46, "traced process", check_trace },
                                     { 47, "abstract socket", check_abstract },
                                     { 47, "127.0.0.1", check_loopback },
                                     { 48, "SysV segment", check_segment },
                                     { 48, "/dev/shm", check_shared_files },
                                     { 49, "orphans", check_orphans },
                                     { 50, "daemon", leave_daemon },
                                     { 0, NULL, NULL } };
