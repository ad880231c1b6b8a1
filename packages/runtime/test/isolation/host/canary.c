/* canary DIRECTORY: has one of everything that a container must not find, tells their names as
   NAME=VALUE and takes them back at the end of its input.  */

#include <arpa/inet.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
listen_abstract (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int length = snprintf (address.sun_path + 1, sizeof address.sun_path - 1, "canary-%d", getpid ());
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t size = (socklen_t)(offsetof (struct sockaddr_un, sun_path) + 1 + (size_t)length);
  if (bind (fd, (struct sockaddr *)&address, size) < 0 || listen (fd, 64) < 0)
    return -1;
  printf ("abstract=%s\n", address.sun_path + 1);
  return fd;
}

static int
listen_loopback (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind (fd, (struct sockaddr *)&address, size) < 0 || listen (fd, 64) < 0
      || getsockname (fd, (struct sockaddr *)&address, &size) < 0)
    return -1;
  printf ("port=%d\n", ntohs (address.sin_port));
  return fd;
}

int
main (void)
{
  char name[64], byte;
  key_t key = 0x70726f00 ^ getpid ();
  prctl (PR_SET_NAME, "canary");
  int segment = shmget (key, 4096, IPC_CREAT | IPC_EXCL | 0666);
  snprintf (name, sizeof name, "/dev/shm/canary-%d", getpid ());
  int file = open (name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (segment < 0 || file < 0 || listen_abstract () < 0 || listen_loopback () < 0)
    return perror ("canary"), 1;
  printf ("pid=%d\nshm-key=%d\nshm-file=%s\n\n", getpid (), key, strrchr (name, '/') + 1);
  fflush (stdout);
  while (read (0, &byte, 1) > 0)
    ;
  shmctl (segment, IPC_RMID, NULL);
  unlink (name);
  return 0;
}
