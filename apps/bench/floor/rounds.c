#define _GNU_SOURCE
#include "rounds.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static long long
now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long
cpu_us (int who)
{
  struct rusage usage;
  getrusage (who, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

int
run_rounds (bool (*run_once) (void *), void *argument)
{
  char line[16];
  while (fgets (line, sizeof line, stdin))
    {
      long long cpu = cpu_us (RUSAGE_SELF) + cpu_us (RUSAGE_CHILDREN);
      long long begin = now_ns ();
      if (!run_once (argument))
        return 1;
      long long wall = now_ns () - begin;
      cpu = cpu_us (RUSAGE_SELF) + cpu_us (RUSAGE_CHILDREN) - cpu;
      printf ("%lld %lld\n", wall, cpu);
      fflush (stdout);
    }
  return 0;
}
