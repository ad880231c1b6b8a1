#define _GNU_SOURCE
#include "rounds.h"
#include "clock.h"

#include <stdio.h>

/* Of this process and of the children that it has reaped.  */
static long long
read_cpu_us (void)
{
  struct rusage own, children;
  getrusage (RUSAGE_SELF, &own);
  getrusage (RUSAGE_CHILDREN, &children);
  return cpu_us (&own) + cpu_us (&children);
}

int
run_rounds (bool (*run_once) (void *), void *argument)
{
  char line[16];
  while (fgets (line, sizeof line, stdin))
    {
      long long cpu = read_cpu_us ();
      long long begin = now_ns ();
      if (!run_once (argument))
        return 1;
      long long wall = now_ns () - begin;
      cpu = read_cpu_us () - cpu;
      printf ("%lld %lld\n", wall, cpu);
      fflush (stdout);
    }
  return 0;
}
