/* Promises 29 to 34: what /proc and /sys tell and take.  */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe.h"

static bool
is_empty_directory (const char *path)
{
  DIR *directory = opendir (path);
  if (directory == NULL)
    return false;
  int count = 0;
  while (readdir (directory) != NULL)
    count++;
  closedir (directory);
  return count <= 2;
}

static bool
is_masked (const char *path)
{
  struct stat status;
  if (stat (path, &status) < 0)
    return true;
  if (S_ISCHR (status.st_mode))
    return status.st_rdev == makedev (1, 3);
  return S_ISDIR (status.st_mode) && is_empty_directory (path);
}

static void
judge_mask (const char *path)
{
  if (!is_masked (path))
    fail ("it can be read");
  hold (access (path, F_OK) < 0 ? "it is absent" : "it is masked");
}

static void
judge_read_only (const char *path)
{
  struct statvfs status;
  if (statvfs (path, &status) < 0)
    hold ("it is absent");
  if ((status.f_flag & ST_RDONLY) == 0)
    fail ("it is mounted for writing");
  hold ("it is read-only");
}

/* Nothing is written. */
static void
judge_write (const char *path)
{
  struct stat status;
  int flags = stat (path, &status) == 0 && S_ISDIR (status.st_mode) ? O_TMPFILE | O_WRONLY
                                                                    : O_WRONLY | O_NONBLOCK;
  int fd = open (path, flags | O_CLOEXEC, 0600);
  if (fd >= 0 && fstat (fd, &status) == 0 && S_ISCHR (status.st_mode)
      && status.st_rdev == makedev (1, 3))
    hold ("it is masked");
  if (fd >= 0)
    fail ("it can be opened for writing");
  hold ("%s", strerrorname_np (errno));
}

#define PATH_CHECK(function, judge, path)                                                          \
  static void function (void) { judge (path); }

PATH_CHECK (mask_acpi, judge_mask, "/proc/acpi")
PATH_CHECK (mask_asound, judge_mask, "/proc/asound")
PATH_CHECK (mask_kcore, judge_mask, "/proc/kcore")
PATH_CHECK (mask_keys, judge_mask, "/proc/keys")
PATH_CHECK (mask_latency, judge_mask, "/proc/latency_stats")
PATH_CHECK (mask_timer_list, judge_mask, "/proc/timer_list")
PATH_CHECK (mask_timer_stats, judge_mask, "/proc/timer_stats")
PATH_CHECK (mask_sched_debug, judge_mask, "/proc/sched_debug")
PATH_CHECK (mask_scsi, judge_mask, "/proc/scsi")
PATH_CHECK (mask_firmware, judge_mask, "/sys/firmware")
PATH_CHECK (mask_interrupts, judge_mask, "/proc/interrupts")
PATH_CHECK (mask_powercap, judge_mask, "/sys/devices/virtual/powercap")
PATH_CHECK (ro_bus, judge_read_only, "/proc/bus")
PATH_CHECK (ro_fs, judge_read_only, "/proc/fs")
PATH_CHECK (ro_irq, judge_read_only, "/proc/irq")
PATH_CHECK (ro_proc_sys, judge_read_only, "/proc/sys")
PATH_CHECK (ro_sysrq, judge_read_only, "/proc/sysrq-trigger")
PATH_CHECK (ro_sys, judge_read_only, "/sys")
PATH_CHECK (write_core_pattern, judge_write, "/proc/sys/kernel/core_pattern")
PATH_CHECK (write_modprobe, judge_write, "/proc/sys/kernel/modprobe")
PATH_CHECK (write_hostname, judge_write, "/proc/sys/kernel/hostname")
PATH_CHECK (write_panic, judge_write, "/proc/sys/kernel/panic")
PATH_CHECK (write_drop_caches, judge_write, "/proc/sys/vm/drop_caches")
PATH_CHECK (write_panic_on_oom, judge_write, "/proc/sys/vm/panic_on_oom")
PATH_CHECK (write_binfmt, judge_write, "/proc/sys/fs/binfmt_misc/register")
PATH_CHECK (write_affinity, judge_write, "/proc/irq/default_smp_affinity")
PATH_CHECK (write_kmsg, judge_write, "/proc/kmsg")
PATH_CHECK (write_uevent, judge_write, "/sys/kernel/uevent_helper")
PATH_CHECK (write_power, judge_write, "/sys/power/state")
PATH_CHECK (write_huge_pages, judge_write, "/sys/kernel/mm/transparent_hugepage/enabled")
PATH_CHECK (write_debug, judge_write, "/sys/kernel/debug")
PATH_CHECK (write_bpf, judge_write, "/sys/fs/bpf")

static void
mask_thermal_throttle (void)
{
  char path[64];
  for (int cpu = 0; cpu < 1024; cpu++)
    {
      snprintf (path, sizeof path, "/sys/devices/system/cpu/cpu%d/thermal_throttle", cpu);
      if (!is_masked (path))
        fail ("that of cpu%d can be read", cpu);
    }
  hold ("none can be read");
}

/* Every mount on TARGET has each of FLAGS. */
struct wanted
{
  const char *target;
  const char *flags[4];
};

static void
judge_mount (const struct mount *mount, void *data)
{
  const struct wanted *wanted = data;
  if (strcmp (mount->target, wanted->target) == 0)
    for (size_t i = 0; wanted->flags[i] != NULL; i++)
      if (!has_option (mount->options, wanted->flags[i]))
        fail ("it is mounted %s", mount->options);
}

static void
judge_flags (struct wanted wanted)
{
  walk_mounts (judge_mount, &wanted);
  hold ("they are set");
}

#define FLAG_CHECK(function, target, ...)                                                          \
  static void function (void) { judge_flags ((struct wanted){ target, { __VA_ARGS__ } }); }

FLAG_CHECK (flags_proc, "/proc", "nosuid", "noexec", "nodev")
FLAG_CHECK (flags_sys, "/sys", "nosuid", "noexec", "nodev")
FLAG_CHECK (flags_dev, "/dev", "nosuid")
FLAG_CHECK (flags_shm, "/dev/shm", "nosuid", "noexec", "nodev")
FLAG_CHECK (flags_pts, "/dev/pts", "nosuid", "noexec")
FLAG_CHECK (flags_mqueue, "/dev/mqueue", "nosuid", "noexec", "nodev")

const struct check proc_checks[] = { { 29, "/proc/acpi", mask_acpi },
                                     { 29, "/proc/asound", mask_asound },
                                     { 29, "/proc/kcore", mask_kcore },
                                     { 29, "/proc/keys", mask_keys },
                                     { 29, "/proc/latency_stats", mask_latency },
                                     { 29, "/proc/timer_list", mask_timer_list },
                                     { 29, "/proc/timer_stats", mask_timer_stats },
                                     { 29, "/proc/sched_debug", mask_sched_debug },
                                     { 29, "/proc/scsi", mask_scsi },
                                     { 29, "/sys/firmware", mask_firmware },
                                     { 30, "/proc/interrupts", mask_interrupts },
                                     { 30, "powercap", mask_powercap },
                                     { 30, "thermal_throttle", mask_thermal_throttle },
                                     { 31, "/proc/bus", ro_bus },
                                     { 31, "/proc/fs", ro_fs },
                                     { 31, "/proc/irq", ro_irq },
                                     { 31, "/proc/sys", ro_proc_sys },
                                     { 31, "/proc/sysrq-trigger", ro_sysrq },
                                     { 31, "/sys", ro_sys },
                                     { 32, "core_pattern", write_core_pattern },
                                     { 32, "modprobe", write_modprobe },
                                     { 32, "hostname", write_hostname },
                                     { 32, "panic", write_panic },
                                     { 32, "drop_caches", write_drop_caches },
                                     { 32, "panic_on_oom", write_panic_on_oom },
                                     { 32, "binfmt_misc", write_binfmt },
                                     { 32, "default_smp_affinity", write_affinity },
                                     { 32, "/proc/kmsg", write_kmsg },
                                     { 32, "uevent_helper", write_uevent },
                                     { 32, "/sys/power/state", write_power },
                                     { 32, "transparent_hugepage", write_huge_pages },
                                     { 32, "/sys/kernel/debug", write_debug },
                                     { 32, "/sys/fs/bpf", write_bpf },
                                     { 33, "flags of /proc", flags_proc },
                                     { 34, "flags of /sys", flags_sys },
                                     { 34, "flags of /dev", flags_dev },
                                     { 34, "flags of /dev/shm", flags_shm },
                                     { 34, "flags of /dev/pts", flags_pts },
                                     { 34, "flags of /dev/mqueue", flags_mqueue },
                                     { 0, NULL, NULL } };
