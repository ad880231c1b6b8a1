#include <asm/errno.h>
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "child.h"
#include "report.h"
#include "syscall.h"
#include "text.h"

#define NS_PATH_SIZE 4096

/* Docker's, for an environment without PATH.  */
#define NS_DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const char *
find_path (const char *const *envp)
{
  for (; *envp != NULL; envp++)
    if (ns_starts_with (*envp, "PATH="))
      return *envp + 5;
  return NS_DEFAULT_PATH;
}

static int
execute (const char *path, const char *const *argv, const char *const *envp, int *detail)
{
  struct stat status;
  long error = ns_syscall (__NR_execve, path, argv, envp);
  *detail = NS_EXEC_PLAIN;
  if (ns_syscall (__NR_newfstatat, AT_FDCWD, path, &status, 0) == 0)
    {
      if (error == -ENOENT)
        *detail = NS_EXEC_NO_INTERPRETER;
      else if ((status.st_mode & S_IFMT) == S_IFDIR)
        *detail = NS_EXEC_DIRECTORY;
    }
  return (int)error;
}

/* DIRECTORY/NAME, where an empty directory is the working one (execvp(3)).  */
static bool
join_path (char path[NS_PATH_SIZE], const char *directory, size_t length, const char *name)
{
  size_t name_length = ns_length (name);
  if (length == 0)
    {
      directory = ".";
      length = 1;
    }
  if (length + 1 + name_length + 1 > NS_PATH_SIZE)
    return false;
  ns_copy (path, directory, length);
  path[length] = '/';
  ns_copy (path + length + 1, name, name_length + 1);
  return true;
}

/* Whether the search goes on to the next directory, as execvp(3) does.  */
static bool
goes_on (int error)
{
  return error == -ENOENT || error == -ENOTDIR || error == -EACCES || error == -ENAMETOOLONG
         || error == -ELOOP;
}

int
ns_exec (const char *const *argv, const char *const *envp, int *detail)
{
  char path[NS_PATH_SIZE];
  const char *name = argv[0];
  *detail = NS_EXEC_PLAIN;
  if (name[0] == '\0')
    return -ENOENT;
  if (ns_contains (name, '/'))
    return execute (name, argv, envp, detail);

  /* A file that was found but cannot run says more than one that is not in a later directory.  */
  int found = -ENOENT, found_detail = NS_EXEC_PLAIN;
  const char *at = find_path (envp);
  for (;;)
    {
      size_t length = 0;
      while (at[length] != '\0' && at[length] != ':')
        length++;
      if (join_path (path, at, length, name))
        {
          int error = execute (path, argv, envp, detail);
          if (!goes_on (error))
            return error;
          bool is_file = *detail == NS_EXEC_NO_INTERPRETER
                         || (error == -EACCES && *detail != NS_EXEC_DIRECTORY);
          if (is_file && found == -ENOENT && found_detail == NS_EXEC_PLAIN)
            {
              found = error;
              found_detail = *detail;
            }
        }
      if (at[length] == '\0')
        break;
      at += length + 1;
    }
  *detail = found_detail;
  return found;
}
