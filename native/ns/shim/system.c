#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/sockios.h>

#include "child.h"
#include "syscall.h"

#define NS_AF_UNIX 1
#define NS_SOCK_DGRAM 2
#define NS_SOCK_CLOEXEC 02000000
#define NS_IFF_UP 1

int
ns_set_hostname (const struct ns_step *step)
{
  return (int)ns_syscall (__NR_sethostname, step->strings[0], step->lengths[0] - 1);
}

int
ns_set_domainname (const struct ns_step *step)
{
  return (int)ns_syscall (__NR_setdomainname, step->strings[0], step->lengths[0] - 1);
}

/* struct ifreq, as far as its flags; the kernel copies all 40 bytes.  */
struct ns_interface_request
{
  char name[16];
  short flags;
  char rest[22];
};

/* Any socket takes the interface requests (netdevice(7)), also where the kernel has no IPv4.  */
int
ns_raise_loopback (void)
{
  struct ns_interface_request request = { .name = "lo" };
  long socket = ns_syscall (__NR_socket, NS_AF_UNIX, NS_SOCK_DGRAM | NS_SOCK_CLOEXEC, 0);
  if (socket < 0)
    return (int)socket;
  long error = ns_syscall (__NR_ioctl, socket, SIOCGIFFLAGS, &request);
  if (error == 0)
    {
      request.flags |= NS_IFF_UP;
      error = ns_syscall (__NR_ioctl, socket, SIOCSIFFLAGS, &request);
    }
  ns_close ((int)socket);
  return (int)error;
}
