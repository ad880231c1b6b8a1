/* System calls without libc.

   Code that runs between clone and exec shares the memory of Node, and the static init has no libc
   at all. So neither may touch errno, thread-local storage or anything that libc keeps: each call
   here is the bare instruction and returns -errno as the kernel does.  */

#ifndef NS_SYSCALL_H
#define NS_SYSCALL_H

#include <asm/unistd.h>
#include <linux/sched.h>
#include <stddef.h>
#include <stdint.h>

/* Pad to six arguments: the kernel ignores those that a call does not take.  */
#define ns_syscall(...) NS_SYSCALL_PADDED (__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define NS_SYSCALL_PADDED(nr, a, b, c, d, e, f, ...)                                               \
  ns_syscall6 ((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#if defined(__x86_64__)

static inline long
ns_syscall6 (long nr, long a, long b, long c, long d, long e, long f)
{
  long result;
  register long r10 __asm__ ("r10") = d;
  register long r8 __asm__ ("r8") = e;
  register long r9 __asm__ ("r9") = f;
  __asm__ volatile ("syscall"
                    : "=a"(result)
                    : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                    : "rcx", "r11", "memory");
  return result;
}

/* clone3 whose child runs ENTRY (ARGUMENT) on the stack named in ARGS and never returns.  */
static inline long
ns_clone_call (struct clone_args *args, void (*entry) (void *), void *argument)
{
  long result;
  register void (*function) (void *) __asm__ ("r12") = entry;
  register void *value __asm__ ("r13") = argument;
  __asm__ volatile ("syscall\n\t"
                    "test %%rax, %%rax\n\t"
                    "jnz 1f\n\t"
                    "xor %%ebp, %%ebp\n\t"
                    "mov %%r13, %%rdi\n\t"
                    "call *%%r12\n\t"
                    "hlt\n"
                    "1:"
                    : "=a"(result)
                    : "0"((long)__NR_clone3), "D"(args), "S"(sizeof *args), "r"(function),
                      "r"(value)
                    : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

static inline long
ns_syscall6 (long nr, long a, long b, long c, long d, long e, long f)
{
  register long x8 __asm__ ("x8") = nr;
  register long x0 __asm__ ("x0") = a;
  register long x1 __asm__ ("x1") = b;
  register long x2 __asm__ ("x2") = c;
  register long x3 __asm__ ("x3") = d;
  register long x4 __asm__ ("x4") = e;
  register long x5 __asm__ ("x5") = f;
  __asm__ volatile ("svc #0"
                    : "+r"(x0)
                    : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                    : "memory", "cc");
  return x0;
}

static inline long
ns_clone_call (struct clone_args *args, void (*entry) (void *), void *argument)
{
  register long x8 __asm__ ("x8") = __NR_clone3;
  register long x0 __asm__ ("x0") = (long)args;
  register long x1 __asm__ ("x1") = sizeof *args;
  register void (*function) (void *) __asm__ ("x19") = entry;
  register void *value __asm__ ("x20") = argument;
  __asm__ volatile ("svc #0\n\t"
                    "cbnz x0, 1f\n\t"
                    "mov x29, xzr\n\t"
                    "mov x0, x20\n\t"
                    "blr x19\n\t"
                    "brk #0\n"
                    "1:"
                    : "+r"(x0)
                    : "r"(x8), "r"(x1), "r"(function), "r"(value)
                    : "memory", "cc");
  return x0;
}

#else
#error "the shim knows x86-64 and aarch64"
#endif

static inline int
ns_close (int fd)
{
  return (int)ns_syscall (__NR_close, fd);
}

__attribute__ ((noreturn)) static inline void
ns_exit (int status)
{
  for (;;)
    ns_syscall (__NR_exit_group, status);
}

#endif
