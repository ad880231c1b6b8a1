/* What a start and an exec have in common: the command's clean beginning and its lost privileges.
   Each function gives the call that failed, or NULL.  */

#ifndef FLOOR_CONFINE_H
#define FLOOR_CONFINE_H

#include <linux/filter.h>
#include <stdbool.h>

#define TRY(call)                                                                                  \
  do                                                                                               \
    if ((call) < 0)                                                                                \
      return #call;                                                                                \
  while (0)

const char *start_clean (void);
const char *drop_privileges (void);
const char *install_filter (const struct sock_fprog *filter);

/* False where the file PATH has no program, with errno.  */
bool read_filter (const char *path, struct sock_fprog *filter);

#endif
