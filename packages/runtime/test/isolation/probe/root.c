/* Promises 37 to 40: nothing of the host's files is in reach.  */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "probe.h"

/* Whether the host's file can be reached from DIRECTORY or anything above it. */
static bool
leads_out (const char *directory)
{
  char path[8192];
  snprintf (path, sizeof path, "%s/../../../../../../../../..%s", directory,
            required_fact ("file"));
  if (access (path, F_OK) == 0)
    return true;
  /* A mount of one of the directories above it. */
  for (const char *part = required_fact ("file"); part != NULL; part = strchr (part + 1, '/'))
    {
      snprintf (path, sizeof path, "%s%s", directory, part);
      if (access (path, F_OK) == 0)
        return true;
    }
  return false;
}

static void
check_host_file (void)
{
  if (access (required_fact ("file"), F_OK) == 0)
    fail ("it is there");
  hold ("it is not there");
}

static void
check_parent (void)
{
  struct stat root, parent;
  if (stat ("/", &root) < 0 || stat ("/..", &parent) < 0)
    fail ("%s", strerrorname_np (errno));
  if (root.st_ino != parent.st_ino || root.st_dev != parent.st_dev || leads_out ("/"))
    fail ("it leads out");
  hold ("it is /");
}

/* chroot(2): "this call does not change the current working directory". */
static void
check_chroot (void)
{
  struct stat root, here;
  stat ("/", &root);
  int fd = open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int parent = open ("/dev/shm", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0 || mkdirat (parent, "probe-chroot", 0700) < 0)
    {
      parent = fd;
      mkdirat (parent, "probe-chroot", 0700);
    }
  fchdir (parent);
  int error = chroot ("probe-chroot") < 0 ? errno : 0;
  unlinkat (parent, "probe-chroot", AT_REMOVEDIR);
  if (error != 0)
    hold ("%s", strerrorname_np (error));
  if (fchdir (fd) < 0)
    fail ("%s", strerrorname_np (errno));
  for (int i = 0; i < 64; i++)
    if (chdir ("..") < 0)
      break;
  if (stat (".", &here) < 0 || here.st_ino != root.st_ino || here.st_dev != root.st_dev)
    fail ("it leads out");
  hold ("it ends at the root");
}

/* Calls EACH with the directory of every process in /proc. */
static int
walk_processes (void (*each) (const char *process))
{
  char path[300];
  int count = 0;
  DIR *directory = opendir ("/proc");
  if (directory == NULL)
    fail ("there is no /proc");
  for (struct dirent *entry; (entry = readdir (directory)) != NULL;)
    if (atoi (entry->d_name) > 0)
      {
        snprintf (path, sizeof path, "/proc/%s", entry->d_name);
        each (path);
        count++;
      }
  closedir (directory);
  return count;
}

static void
check_process_root (const char *process)
{
  char path[400];
  snprintf (path, sizeof path, "%s/root", process);
  if (leads_out (path))
    fail ("%s leads out", path);
  snprintf (path, sizeof path, "%s/cwd", process);
  if (leads_out (path))
    fail ("%s leads out", path);
}

static void
check_process_descriptors (const char *process)
{
  char path[400], link[700];
  snprintf (path, sizeof path, "%s/fd", process);
  DIR *directory = opendir (path);
  if (directory == NULL)
    return;
  for (struct dirent *entry; (entry = readdir (directory)) != NULL;)
    {
      snprintf (link, sizeof link, "%s/%s", path, entry->d_name);
      if (entry->d_name[0] != '.' && leads_out (link))
        fail ("%s leads out", link);
    }
  closedir (directory);
}

static void
check_roots (void)
{
  hold ("%d processes, none leads out", walk_processes (check_process_root));
}

static void
check_descriptors (void)
{
  hold ("%d processes, none leads out", walk_processes (check_process_descriptors));
}

/* A program of the container's own image is no way out: it is what it shows under its own name. */
static bool
is_of_image (const char *exe)
{
  char name[4096];
  struct stat program, file;
  ssize_t length = readlink (exe, name, sizeof name - 1);
  if (length < 0)
    return true;
  name[length] = '\0';
  return stat (exe, &program) == 0 && stat (name, &file) == 0 && program.st_ino == file.st_ino
         && program.st_dev == file.st_dev && access (required_fact ("file"), F_OK) < 0;
}

/* ETXTBSY proves nothing, because the program may end: a sealed memfd or a read-only mount does. */
static void
check_process_program (const char *process)
{
  char exe[400];
  struct statvfs status;
  snprintf (exe, sizeof exe, "%s/exe", process);
  if (is_of_image (exe))
    return;
  int fd = open (exe, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  int seals = fcntl (fd, F_GET_SEALS);
  bool sealed = seals >= 0 && (seals & F_SEAL_WRITE) != 0;
  if (!sealed && fstatvfs (fd, &status) == 0 && (status.f_flag & ST_RDONLY) == 0)
    fail ("%s can be written once it ends", exe);
  close (fd);
}

static void
check_programs (void)
{
  hold ("%d processes, none runs a writable program of the host",
        walk_processes (check_process_program));
}

struct seen
{
  int roots;
};

static void
judge_mount (const struct mount *mount, void *data)
{
  struct seen *seen = data;
  if (strcmp (mount->target, "/") == 0)
    seen->roots++;
  else if (leads_out (mount->target))
    fail ("%s shows the host's files", mount->target);
  if (strcmp (mount->type, "devtmpfs") == 0 && strcmp (mount->root, "/") == 0)
    fail ("%s is the host's devtmpfs", mount->target);
  if (strstr (mount->tags, "shared:") != NULL)
    fail ("%s is shared", mount->target);
}

static void
check_mounts (void)
{
  struct seen seen = { 0 };
  walk_mounts (judge_mount, &seen);
  if (seen.roots != 1)
    fail ("there are %d on /", seen.roots);
  hold ("one on /, no way out");
}

const struct check root_checks[] = { { 37, "host file", check_host_file },
                                     { 37, "parent of the root", check_parent },
                                     { 37, "second chroot", check_chroot },
                                     { 38, "root and cwd of processes", check_roots },
                                     { 38, "descriptors of processes", check_descriptors },
                                     { 39, "programs of processes", check_programs },
                                     { 40, "mounts", check_mounts },
                                     { 0, NULL, NULL } };
