/* The soft limits of the caller, which nobody else has.  */

#ifndef LIMITS_H
#define LIMITS_H

#include <sys/resource.h>

static const struct
{
  const char *name;
  int resource;
  rlim_t soft;
} caller_limits[] = {
  { "file size", RLIMIT_FSIZE, (rlim_t)1 << 40 }, { "address space", RLIMIT_AS, (rlim_t)1 << 46 },
  { "data", RLIMIT_DATA, (rlim_t)1 << 45 },       { "CPU time", RLIMIT_CPU, 36001 },
  { "processes", RLIMIT_NPROC, 20001 },           { "stack", RLIMIT_STACK, 5 << 20 },
  { "open files", RLIMIT_NOFILE, 3001 },
};

#endif
