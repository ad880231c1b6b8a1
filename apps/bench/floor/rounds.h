/* The conversation with who measures: one round for each line on standard input.  */

#ifndef FLOOR_ROUNDS_H
#define FLOOR_ROUNDS_H

#include <stdbool.h>

/* Runs RUN_ONCE for each line and prints "WALL_NS CPU_US".  Gives the exit code: 1 where a round
 * failed.  */
int run_rounds (bool (*run_once) (void *), void *argument);

#endif
