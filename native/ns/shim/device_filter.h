/* cgroup v2 has no file for device rules: a BPF program decides
   (Documentation/admin-guide/cgroup-v2.rst, "Device controller").  */

#ifndef NS_DEVICE_FILTER_H
#define NS_DEVICE_FILTER_H

#include <stddef.h>

/* Let PROGRAM, LENGTH bytes of struct bpf_insn, decide which devices the cgroup at DIRECTORY may
   open and make. It lives as long as the cgroup. Returns 0 or -errno.  */
int ns_attach_device_filter (const char *directory, const void *program, size_t length);

#endif
