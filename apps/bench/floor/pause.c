/* The command of a container that lives: a static program without libc that waits for its end.  */

__attribute__ ((noreturn)) void
_start (void)
{
  for (;;)
    {
#if defined(__x86_64__)
      __asm__ volatile ("syscall" : : "a"(34L) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
      /* There is no pause: ppoll of nothing, for ever.  */
      register long number __asm__ ("x8") = 73;
      register long fds __asm__ ("x0") = 0;
      register long count __asm__ ("x1") = 0;
      register long timeout __asm__ ("x2") = 0;
      register long mask __asm__ ("x3") = 0;
      __asm__ volatile ("svc 0"
                        : "+r"(fds)
                        : "r"(number), "r"(count), "r"(timeout), "r"(mask)
                        : "memory");
#else
#error "pause is not known on this architecture"
#endif
    }
}
