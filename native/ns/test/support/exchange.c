/* Exchanges two names as fast as it can (renameat2(2), RENAME_EXCHANGE), until it is killed. Prints
   a line once it has begun.  */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  if (argc != 3 || prctl (PR_SET_PDEATHSIG, SIGKILL) < 0)
    return 2;
  for (unsigned long count = 0;; count++)
    {
      if (renameat2 (AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0)
        return perror ("renameat2"), 1;
      if (count == 0 && puts ("begun") < 0)
        return 1;
      if (count == 0)
        fflush (stdout);
    }
}
