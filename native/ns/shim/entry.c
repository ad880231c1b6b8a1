/* The beginning of the static program, and the functions that a compiler may call unasked.  */

#include "init.h"
#include "syscall.h"
#include "text.h"

void *memcpy (void *restrict to, const void *restrict from, size_t length);
void *memset (void *to, int byte, size_t length);

void *
memcpy (void *restrict to, const void *restrict from, size_t length)
{
  unsigned char *target = to;
  const unsigned char *source = from;
  for (size_t i = 0; i < length; i++)
    target[i] = source[i];
  return to;
}

void *
memset (void *to, int byte, size_t length)
{
  unsigned char *target = to;
  for (size_t i = 0; i < length; i++)
    target[i] = (unsigned char)byte;
  return to;
}

/* The stack at exec: argc, argv, NULL, envp, NULL.  */
__attribute__ ((noreturn, used)) static void
begin (const long *stack)
{
  size_t argc = (size_t)stack[0];
  const char *const *argv = (const char *const *)(const void *)(stack + 1);
  const char *const *envp = argv + argc + 1;
  if (argc > 2 && argv[1][0] == '-')
    ns_run_init (argv + 2, envp);
  if (argc == 3 && ns_parse_decimal (argv[1]) >= 0 && ns_parse_decimal (argv[2]) >= 0)
    ns_run_helper (ns_parse_decimal (argv[1]), ns_parse_decimal (argv[2]));
  ns_exit (2);
}

#if defined(__x86_64__)
__asm__ (".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n"
         "\tcall begin\n");
#elif defined(__aarch64__)
__asm__ (".globl _start\n_start:\n\tmov x29, xzr\n\tmov x30, xzr\n\tmov x0, sp\n\tbl begin\n");
#endif
