/* Promises 35 and 36.  */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

/* Nothing is written, and what could be made goes at once. */
static void
try_directory (const char *path)
{
  char child[4096];
  snprintf (child, sizeof child, "%s/probe-nothing", path);
  if (mkdir (child, 0755) < 0)
    return;
  rmdir (child);
  fail ("a cgroup can be made in %s", path);
}

static int
visit (const char *path, const struct stat *status, int type, struct FTW *place)
{
  (void)status;
  if (type == FTW_D)
    try_directory (path);
  if (type == FTW_F)
    {
      int fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      if (fd >= 0)
        fail ("%s can be opened for writing", path);
    }
  return place->level < 4 ? FTW_CONTINUE : FTW_SKIP_SUBTREE;
}

static void
walk_hierarchy (const struct mount *mount, void *data)
{
  int *count = data;
  if (strcmp (mount->type, "cgroup") != 0 && strcmp (mount->type, "cgroup2") != 0)
    return;
  ++*count;
  nftw (mount->target, visit, 16, FTW_PHYS | FTW_ACTIONRETVAL);
}

static void
check_tree (void)
{
  int count = 0;
  walk_mounts (walk_hierarchy, &count);
  hold ("%d hierarchies, all closed", count);
}

static void
check_place (void)
{
  static char text[8192];
  if (read_file ("/proc/self/cgroup", text, sizeof text) == NULL)
    hold ("it cannot be read");
  for (char *line = strtok (text, "\n"); line != NULL; line = strtok (NULL, "\n"))
    {
      const char *path = strrchr (line, ':');
      if (path == NULL || strcmp (path, ":/") != 0)
        fail ("it tells %s", line);
    }
  hold ("it is / everywhere");
}

static void
check_namespace (void)
{
  char name[64] = "";
  if (readlink ("/proc/self/ns/cgroup", name, sizeof name - 1) < 0)
    fail ("there is none: %s", strerrorname_np (errno));
  if (strcmp (name, required_fact ("ns-cgroup")) == 0)
    fail ("it is the host's");
  hold ("it is another one");
}

const struct check cgroup_checks[] = { { 35, "closed tree", check_tree },
                                       { 36, "/proc/self/cgroup", check_place },
                                       { 36, "cgroup namespace", check_namespace },
                                       { 0, NULL, NULL } };
