/* probe [NAME=VALUE...]: makes every check, each in a process of its own. With "only=ID", those of
   one promise; "probe --root" succeeds for root, "probe --sleep MARK" stays.  */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

static char **facts;
static const struct check *current;

static void
report (const char *verdict, const char *format, va_list arguments)
{
  char line[1024];
  int length = snprintf (line, sizeof line, "%s %d %s: ", verdict, current->id, current->name);
  vsnprintf (line + length, sizeof line - (size_t)length - 1, format, arguments);
  for (char *at = line; *at != '\0'; at++)
    if (*at == '\n')
      *at = ' ';
  strcat (line, "\n");
  if (write (1, line, strlen (line)) < 0)
    _exit (2);
}

void
hold (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  report ("ok", format, arguments);
  _exit (0);
}

void
fail (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  report ("not ok", format, arguments);
  _exit (0);
}

void
judge_refusal (long result)
{
  if (result == -1 && (errno == EPERM || errno == EACCES || errno == ENOSYS))
    hold ("%s", strerrorname_np (errno));
  if (result == -1)
    fail ("the kernel answered %s", strerrorname_np (errno));
  fail ("it succeeded");
}

const char *
fact (const char *name)
{
  size_t length = strlen (name);
  for (char **at = facts; *at != NULL; at++)
    if (strncmp (*at, name, length) == 0 && (*at)[length] == '=')
      return *at + length + 1;
  return NULL;
}

const char *
required_fact (const char *name)
{
  const char *value = fact (name);
  if (value == NULL)
    fail ("the caller did not tell %s", name);
  return value;
}

static void
run_check (const struct check *check)
{
  int status;
  current = check;
  pid_t child = fork ();
  if (child == 0)
    {
      alarm (20);
      check->run ();
      fail ("it came to no verdict");
    }
  if (child < 0)
    fail ("no process: %s", strerrorname_np (errno));
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return;
  const char *verdict = WIFSIGNALED (status) && WTERMSIG (status) == SIGSYS ? "ok" : "not ok";
  printf ("%s %d %s: ended with status %#x\n", verdict, check->id, check->name, status);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  static const struct check *const tables[]
      = { caller_checks, inherited_checks, privilege_checks, call_checks,
          compat_checks, proc_checks,      cgroup_checks,    root_checks,
          device_checks, host_checks,      terminal_checks };
  if (argc == 2 && strcmp (argv[1], "--root") == 0)
    return geteuid () == 0 ? 0 : 1;
  if (argc == 3 && strcmp (argv[1], "--sleep") == 0)
    return pause ();
  facts = argv + 1;
  const char *only = fact ("only");
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
    for (const struct check *check = tables[i]; check->id != 0; check++)
      if (only != NULL ? atoi (only) == check->id : tables[i] != terminal_checks)
        run_check (check);
  return 0;
}
