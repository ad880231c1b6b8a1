#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

char *
read_file (const char *path, char *buffer, size_t size)
{
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  size_t length = 0;
  ssize_t got = fd < 0 ? -1 : 0;
  while (fd >= 0 && length < size - 1 && (got = read (fd, buffer + length, size - 1 - length)) > 0)
    length += (size_t)got;
  if (fd >= 0)
    close (fd);
  buffer[length] = '\0';
  return got < 0 && length == 0 ? NULL : buffer;
}

const char *
status_field (const char *name)
{
  static char status[8192], value[256];
  char label[64];
  snprintf (label, sizeof label, "\n%s:", name);
  if (read_file ("/proc/self/status", status, sizeof status) == NULL)
    fail ("there is no /proc/self/status");
  const char *at = strstr (status, label);
  if (at == NULL)
    return NULL;
  at += strlen (label);
  at += strspn (at, " \t");
  snprintf (value, sizeof value, "%.*s", (int)strcspn (at, "\n"), at);
  return value;
}

bool
has_option (const char *options, const char *option)
{
  size_t length = strlen (option);
  for (const char *at = options; *at != '\0'; at += strcspn (at, ","), at += *at == ',')
    if (strncmp (at, option, length) == 0 && (at[length] == ',' || at[length] == '\0'))
      return true;
  return false;
}

/* proc(5): "36 35 98:0 /root /target options tags... - type source super-options".  */
static bool
parse_mount (const char *line, struct mount *mount)
{
  int after = 0;
  memset (mount, 0, sizeof *mount);
  if (sscanf (line, "%*s %*s %*s %511s %511s %255s %n", mount->root, mount->target, mount->options,
              &after)
      < 3)
    return false;
  const char *separator = strstr (line + after - 1, " - ");
  if (separator == NULL)
    return false;
  if (separator > line + after)
    snprintf (mount->tags, sizeof mount->tags, "%.*s", (int)(separator - line - after),
              line + after);
  return sscanf (separator, " - %63s %*s %511s", mount->type, mount->super) >= 1;
}

void
walk_mounts (void (*each) (const struct mount *mount, void *data), void *data)
{
  char line[4096];
  struct mount mount;
  FILE *file = fopen ("/proc/self/mountinfo", "re");
  if (file == NULL)
    fail ("there is no /proc/self/mountinfo");
  while (fgets (line, sizeof line, file) != NULL)
    if (parse_mount (line, &mount))
      each (&mount, data);
  fclose (file);
}
