/* Promises 1 to 7: the caller's state does not reach the container.  */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"

static void
check_descriptors (void)
{
  DIR *directory = opendir ("/proc/self/fd");
  if (directory == NULL)
    fail ("there is no /proc/self/fd");
  for (struct dirent *entry; (entry = readdir (directory)) != NULL;)
    {
      int fd = atoi (entry->d_name);
      if (fd > 2 && fd != dirfd (directory))
        fail ("descriptor %d is open", fd);
    }
  hold ("0 to 2 alone are open");
}

static void
check_streams (void)
{
  struct stat status;
  for (int fd = 0; fd <= 2; fd++)
    if (fstat (fd, &status) == 0 && (S_ISDIR (status.st_mode) || S_ISBLK (status.st_mode)))
      fail ("descriptor %d leads to a directory or a disk", fd);
  hold ("they are no way to files");
}

static void
check_environment (void)
{
  extern char **environ;
  const char *secret = required_fact ("secret");
  for (char **at = environ; *at != NULL; at++)
    if (strstr (*at, secret) != NULL)
      fail ("the caller's secret is in it");
  hold ("the caller's secret is not in it");
}

static void
check_first_environment (void)
{
  static char environment[65536];
  const char *secret = required_fact ("secret");
  int fd = open ("/proc/1/environ", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    hold ("it cannot be read");
  ssize_t length = read (fd, environment, sizeof environment);
  if (length > 0 && memmem (environment, (size_t)length, secret, strlen (secret)) != NULL)
    fail ("the caller's secret is in it");
  hold ("the caller's secret is not in it");
}

static void
check_umask (void)
{
  mode_t mask = umask (0);
  if (mask != 022)
    fail ("it is %03o", mask);
  hold ("it is 022");
}

static void
check_working_directory (void)
{
  char path[4096];
  struct stat here, there;
  if (syscall (SYS_getcwd, path, sizeof path) < 0 || path[0] != '/')
    fail ("it lies outside of the root");
  if (stat (".", &here) < 0 || stat (path, &there) < 0 || here.st_ino != there.st_ino
      || here.st_dev != there.st_dev)
    fail ("%s is another directory", path);
  hold ("it is %s", path);
}

static void
check_mask_field (const char *field)
{
  const char *value = status_field (field);
  if (value == NULL || strspn (value, "0") != strlen (value))
    fail ("%s is %s", field, value);
  hold ("%s is empty", field);
}

static void
check_ignored (void)
{
  check_mask_field ("SigIgn");
}

static void
check_blocked (void)
{
  check_mask_field ("SigBlk");
}

static void
check_groups (void)
{
  gid_t groups[256];
  gid_t foreign = (gid_t)atoi (required_fact ("group"));
  int count = getgroups (256, groups);
  for (int i = 0; i < count; i++)
    if (groups[i] == foreign)
      fail ("the caller's group %u is there", foreign);
  hold ("%d, none of the caller's", count);
}

static long
search_key (int keyring)
{
  return syscall (SYS_keyctl, KEYCTL_SEARCH, keyring, "user", required_fact ("key"), 0);
}

static void
check_session_keyring (void)
{
  if (search_key (KEY_SPEC_SESSION_KEYRING) >= 0)
    fail ("it holds the caller's key");
  hold ("%s", strerrorname_np (errno));
}

static void
check_listed_keys (void)
{
  static char keys[65536];
  const char *key = required_fact ("key");
  if (read_file ("/proc/keys", keys, sizeof keys) == NULL || strstr (keys, key) == NULL)
    hold ("the caller's key is not listed");
  fail ("the caller's key is listed");
}

const struct check caller_checks[] = { { 1, "no descriptor above 2", check_descriptors },
                                       { 1, "standard streams", check_streams },
                                       { 2, "environment", check_environment },
                                       { 2, "environment of PID 1", check_first_environment },
                                       { 3, "umask", check_umask },
                                       { 4, "working directory", check_working_directory },
                                       { 5, "ignored signals", check_ignored },
                                       { 5, "blocked signals", check_blocked },
                                       { 6, "supplementary groups", check_groups },
                                       { 7, "session keyring", check_session_keyring },
                                       { 7, "/proc/keys", check_listed_keys },
                                       { 0, NULL, NULL } };
