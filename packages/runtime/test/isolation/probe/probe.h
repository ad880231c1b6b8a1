/* Checks of the promises in docs/isolation.md, made from inside a container. One line each:
   "ok ID NAME: DETAIL" or "not ok ID NAME: DETAIL".  */

#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>

struct check
{
  int id; /* of the promise; 0 ends a table */
  const char *name;
  void (*run) (void); /* in a process of its own; ends by one of the next two */
};

__attribute__ ((format (printf, 1, 2), noreturn)) void hold (const char *format, ...);
__attribute__ ((format (printf, 1, 2), noreturn)) void fail (const char *format, ...);

/* What a system call that must be refused has returned: -1 with errno, or anything else. EPERM,
   EACCES and ENOSYS mean that the kernel did not look at what was asked for.  */
__attribute__ ((noreturn)) void judge_refusal (long result);

/* What the caller knows and the container should not: NAME=VALUE in the arguments. */
const char *fact (const char *name);
const char *required_fact (const char *name);

/* The first SIZE-1 bytes of a file, or NULL. */
char *read_file (const char *path, char *buffer, size_t size);

/* The value of a field in /proc/self/status, without leading blanks. */
const char *status_field (const char *name);

/* A line of /proc/self/mountinfo. */
struct mount
{
  char root[512], target[512], options[256], tags[256], type[64], super[512];
};
/* Calls EACH for every mount, in their order. */
void walk_mounts (void (*each) (const struct mount *mount, void *data), void *data);

/* Whether OPTION is in the comma-separated OPTIONS. */
bool has_option (const char *options, const char *option);

extern const struct check caller_checks[];
extern const struct check inherited_checks[];
extern const struct check privilege_checks[];
extern const struct check call_checks[];
extern const struct check compat_checks[];
extern const struct check proc_checks[];
extern const struct check cgroup_checks[];
extern const struct check root_checks[];
extern const struct check device_checks[];
extern const struct check host_checks[];
extern const struct check terminal_checks[];

#endif
