/* probe PROGRAM FLAGS [NUMBER ARGUMENT...]...: installs the seccomp program of a file and makes system calls,
   by the entry that each names: "64", "x32" or "32" (int 0x80). Prints what each returned.
   Calls are separated by "--"; without a program ("-") none is installed.  */

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static long
enter_64 (const unsigned long *a)
{
  long result;
  register unsigned long r10 __asm__ ("r10") = a[4];
  register unsigned long r8 __asm__ ("r8") = a[5];
  register unsigned long r9 __asm__ ("r9") = a[6];
  __asm__ volatile ("syscall"
                    : "=a"(result)
                    : "a"(a[0]), "D"(a[1]), "S"(a[2]), "d"(a[3]), "r"(r10), "r"(r8), "r"(r9)
                    : "rcx", "r11", "memory");
  return result;
}

static long
enter_32 (const unsigned long *a)
{
  int result;
  __asm__ volatile ("int $0x80"
                    : "=a"(result)
                    : "a"((int)a[0]), "b"(a[1]), "c"(a[2]), "d"(a[3]), "S"(a[4]), "D"(a[5])
                    : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static int
install (const char *path, const char *flags)
{
  static struct sock_filter filter[4096];
  int fd = open (path, O_RDONLY);
  ssize_t size = read (fd, filter, sizeof filter);
  struct sock_fprog program = { .len = (unsigned short)(size / 8), .filter = filter };
  close (fd);
  if (size <= 0 || prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return -1;
  return (int)syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, strtoul (flags, NULL, 0), &program);
}

int
main (int argc, char **argv)
{
  if (argc < 3 || (strcmp (argv[1], "-") != 0 && install (argv[1], argv[2]) != 0))
    {
      perror ("install");
      return 1;
    }
  /* What socketcall reads: family, type, protocol, where 32 bits reach.  */
  unsigned *low = mmap ((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  for (int i = 3; i < argc;)
    {
      const char *entry = argv[i++];
      unsigned long a[7] = { 0 };
      for (int j = 0; i < argc && strcmp (argv[i], "--") != 0; i++, j++)
        if (j < 7)
          a[j] = strtoul (argv[i], NULL, 0);
      i++;
      /* Families behind a pointer: the third argument stands for the first of them.  */
      if (strcmp (entry, "32") == 0 && a[0] == 102)
        {
          low[0] = (unsigned)a[2];
          low[1] = 2;
          low[2] = 0;
          a[2] = 0x10000000;
        }
      if (strcmp (entry, "x32") == 0)
        a[0] |= 0x40000000;
      printf ("%ld\n", strcmp (entry, "32") == 0 ? enter_32 (a) : enter_64 (a));
      fflush (stdout);
    }
  return 0;
}
