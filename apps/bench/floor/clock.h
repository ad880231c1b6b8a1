/* What a round took.  */

#ifndef FLOOR_CLOCK_H
#define FLOOR_CLOCK_H

#include <sys/resource.h>

/* Nanoseconds since some moment.  */
long long now_ns (void);

/* Microseconds of CPU, of the user's and of the kernel's.  */
long long cpu_us (const struct rusage *usage);

#endif
