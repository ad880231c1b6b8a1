/* libFuzzer target: whatever the bytes, checking a plan reads nothing outside them, and a plan that
   passes decodes into the memory that the check asked for.  */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static volatile size_t seen;

static void
read_step (const struct ns_step *step)
{
  for (size_t i = 0; i < NS_MAX_STRINGS; i++)
    for (uint64_t at = 0; step->strings[i] != NULL && at < step->lengths[i]; at++)
      seen += (unsigned char)step->strings[i][at];
}

static void
read_plan (const struct ns_plan *plan)
{
  for (const char **argument = plan->argv; *argument != NULL; argument++)
    seen += strlen (*argument);
  for (const char **variable = plan->envp; *variable != NULL; variable++)
    seen += strlen (*variable);
  for (size_t i = 0; i < plan->step_count; i++)
    read_step (&plan->steps[i]);
  for (size_t i = 0; i < plan->join_count; i++)
    seen += strlen (plan->joins[i].path);
  for (size_t i = 0; i < plan->cgroup_procs_count; i++)
    seen += strlen (plan->cgroup_procs[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* A copy, so that the sanitizer sees the end; malloc aligns it as the shim does.  */
  void *bytes = malloc (size);
  if (bytes == NULL)
    return 0;
  memcpy (bytes, data, size);
  size_t needed = ns_check_plan (bytes, size);
  if (needed > 0)
    {
      struct ns_plan plan;
      void *memory = malloc (needed);
      if (memory == NULL)
        abort ();
      ns_decode_plan (bytes, memory, &plan);
      plan.argv[-NS_ARGV_PREFIX] = NULL;
      read_plan (&plan);
      free (memory);
    }
  free (bytes);
  return 0;
}
