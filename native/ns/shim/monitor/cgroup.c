#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../launch.h"
#include "../text.h"
#include "process.h"

#define PROCS_SIZE 4096

static int
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  int error = write (fd, text, strlen (text)) < 0 ? errno : 0;
  close (fd);
  return error;
}

int
mon_open_oom_counter (const struct mon_settings *settings)
{
  return settings->oom_counter == NULL ? -1 : open (settings->oom_counter, O_RDONLY | O_CLOEXEC);
}

/* "oom_kill N" is a line of memory.events (v2) and of memory.oom_control (v1, Linux 4.13), which
   one read(2) has whole.  */
uint64_t
mon_count_oom_kills (int *counter)
{
  char text[1024];
  uint64_t count = 0;
  if (*counter < 0)
    return 0;
  ssize_t length = lseek (*counter, 0, SEEK_SET) < 0 ? -1 : read (*counter, text, sizeof text - 1);
  if (length < 0)
    ns_close_fd (counter);
  text[length < 0 ? 0 : length] = '\0';
  for (const char *at = text; *at != '\0';)
    {
      if (ns_starts_with (at, "oom_kill "))
        for (const char *digit = at + 9; *digit >= '0' && *digit <= '9'; digit++)
          count = count * 10 + (uint64_t)(*digit - '0');
      while (*at != '\0' && *at++ != '\n')
        continue;
    }
  return count;
}

/* All that PROCS lists. Returns whether that was nothing. A number that is cut off at the end of
   the buffer comes again.  */
static bool
kill_listed (const char *procs)
{
  char text[PROCS_SIZE];
  ssize_t length = mon_read_file (procs, text, sizeof text);
  int pid = 0;
  for (ssize_t i = 0; i < length; i++)
    if (text[i] >= '0' && text[i] <= '9')
      pid = pid * 10 + (text[i] - '0');
    else
      {
        if (pid > 1)
          syscall (SYS_kill, pid, SIGKILL);
        pid = 0;
      }
  return length <= 0;
}

bool
mon_kill_rest (const struct mon_settings *settings)
{
  const char *procs = settings->kill_procs;
  char one[2];
  if (procs[0] == '\0' || mon_read_file (procs, one, sizeof one) <= 0)
    return true;
  if (settings->kill_file[0] != '\0' && write_file (settings->kill_file, "1") == 0)
    return false;
  /* Frozen, so that none of them forks away, nor ends and leaves its pid to another.  */
  bool frozen
      = settings->kill_freezer[0] != '\0' && write_file (settings->kill_freezer, "FROZEN") == 0;
  bool empty = kill_listed (procs);
  if (frozen)
    write_file (settings->kill_freezer, "THAWED");
  return empty;
}

/* "1" in cgroup.freeze; FREEZING and FROZEN in freezer.state.  */
bool
mon_is_frozen (const struct mon_settings *settings)
{
  char text[16];
  return settings->frozen != NULL && mon_read_file (settings->frozen, text, sizeof text) > 0
         && (text[0] == '1' || text[0] == 'F');
}

void
mon_thaw (const struct mon_settings *settings)
{
  if (settings->kill_freezer[0] != '\0')
    write_file (settings->kill_freezer, "THAWED");
}

int
mon_join_cgroups (const struct mon_settings *settings, int *index)
{
  for (size_t i = 0; i < settings->cgroup_procs_count; i++)
    {
      int error = write_file (settings->cgroup_procs[i], "0");
      *index = (int)i;
      if (error != 0)
        return error;
    }
  return 0;
}
