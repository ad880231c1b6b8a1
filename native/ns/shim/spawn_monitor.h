#ifndef NS_SPAWN_MONITOR_H
#define NS_SPAWN_MONITOR_H

#include <stddef.h>

/* Everything that a monitor is started from.  */
struct ns_monitor_request
{
  const char *image; /* path of the monitor's program */
  const char *init;  /* path of the static init */
  const void *settings;
  size_t length;
  int held; /* a descriptor that the monitor gets under its number, or -1 */
};

/* Start a monitor (see monitor/main.c) on a thread that may block. Returns the socket on which it
   says how the container's start went, or -errno.  */
int ns_spawn_monitor (const struct ns_monitor_request *request);

#endif
