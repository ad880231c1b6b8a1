/* Compiles profiles with libseccomp, for comparison.

   Each profile on standard input is a line of numbers for every thing in it:
     A TOKEN                        an architecture
     R ACTION NAME COUNT [INDEX OP A B]...   a rule, added as runc does
     G ACTION LEVEL                 the default action and the optimisation level: compile
   The answer is a 32-bit length and that many bytes, or the negative errno of what failed.  */

#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_RULES 65536

struct rule
{
  uint32_t action;
  char name[64];
  unsigned count;
  struct scmp_arg_cmp args[6];
};

static struct rule rules[MOST_RULES];
static uint32_t architectures[8];
static unsigned rule_count, architecture_count;

static int
build (scmp_filter_ctx context, uint32_t level)
{
  int error = seccomp_attr_set (context, SCMP_FLTATR_CTL_OPTIMIZE, level);
  bool native = false;
  for (unsigned i = 0; error == 0 && i < architecture_count; i++)
    {
      if (architectures[i] == seccomp_arch_native ())
        native = true;
      else
        error = seccomp_arch_add (context, architectures[i]);
    }
  if (error == 0 && !native)
    error = seccomp_arch_remove (context, seccomp_arch_native ());
  for (unsigned i = 0; error == 0 && i < rule_count; i++)
    {
      int number = seccomp_syscall_resolve_name (rules[i].name);
      if (number != __NR_SCMP_ERROR)
        error = seccomp_rule_add_array (context, rules[i].action, number, rules[i].count,
                                        rules[i].args);
    }
  return error;
}

static void
answer (int32_t length, const void *bytes)
{
  fwrite (&length, sizeof length, 1, stdout);
  if (length > 0)
    fwrite (bytes, 1, (size_t)length, stdout);
  fflush (stdout);
}

static void
compile (uint32_t action, uint32_t level)
{
  static char bytes[1 << 20];
  scmp_filter_ctx context = seccomp_init (action);
  int fd = memfd_create ("program", MFD_CLOEXEC);
  int error = context == NULL || fd < 0 ? -ENOMEM : build (context, level);
  if (error == 0)
    error = seccomp_export_bpf (context, fd);
  if (error == 0)
    answer ((int32_t)pread (fd, bytes, sizeof bytes, 0), bytes);
  else
    answer (error, NULL);
  seccomp_release (context);
  close (fd);
}

static bool
read_rule (void)
{
  struct rule *rule = &rules[rule_count++];
  if (rule_count == MOST_RULES
      || scanf ("%" SCNu32 " %63s %u", &rule->action, rule->name, &rule->count) != 3
      || rule->count > 6)
    return false;
  for (unsigned i = 0; i < rule->count; i++)
    {
      int op;
      if (scanf ("%u %d %" SCNu64 " %" SCNu64, &rule->args[i].arg, &op, &rule->args[i].datum_a,
                 &rule->args[i].datum_b)
          != 4)
        return false;
      rule->args[i].op = (enum scmp_compare)op;
    }
  return true;
}

int
main (void)
{
  char word[2];
  uint32_t action, level;
  while (scanf ("%1s", word) == 1)
    switch (word[0])
      {
      case 'A':
        if (architecture_count == 8 || scanf ("%" SCNu32, &architectures[architecture_count++]) != 1)
          return 2;
        break;
      case 'R':
        if (!read_rule ())
          return 2;
        break;
      case 'G':
        if (scanf ("%" SCNu32 " %" SCNu32, &action, &level) != 2)
          return 2;
        compile (action, level);
        rule_count = architecture_count = 0;
        break;
      default:
        return 2;
      }
  return 0;
}
