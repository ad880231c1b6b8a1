#include "settings.h"

#include "../plan.h"

#define MON_LAST_SIGNAL 64
/* A day: nothing here waits longer, and no sum of these overflows.  */
#define MON_LONGEST 86400000u

static const struct ns_shape shapes[MON_SET_END] = {
  [MON_SET_PLAN] = { 0, 1, 8, 0 },
  [MON_SET_DIRECTORY] = { 0, 1, 0, 0 },
  [MON_SET_SOCKET_DIRECTORY] = { 0, 1, 0, 0 },
  [MON_SET_LOG] = { 3, 1, 0, 0 },
  [MON_SET_STDIN] = { 1, 0, 0, 0 },
  [MON_SET_STOP] = { 2, 0, 0, 0 },
  [MON_SET_RESTART] = { 2, 0, 0, 0 },
  [MON_SET_HEALTH] = { 5, 1, 8, 0 },
  [MON_SET_OOM_COUNTER] = { 0, 1, 0, 0 },
  [MON_SET_KILL] = { 0, 3, 0, 0 },
  [MON_SET_CGROUP_PROCS] = { 0, 1, 0, 0 },
  [MON_SET_EXIT_ARGUMENT] = { 0, 1, 0, 0 },
  [MON_SET_EXIT_ENVIRONMENT] = { 0, 1, 0, 0 },
  [MON_SET_HOLD] = { 1, 0, 0, 0 },
  [MON_SET_JOURNAL] = { 1, 4, 0, 0 },
  [MON_SET_FROZEN] = { 0, 1, 0, 0 },
};

struct header
{
  uint32_t magic;
  uint32_t version;
  uint32_t length;
  uint32_t record_count;
};

static size_t
read_record (const char *bytes, size_t offset, size_t length, struct ns_step *record)
{
  const struct ns_shapes all = { shapes, MON_SET_END };
  return ns_read_record (bytes, offset, length, all, record);
}

/* A plan that is parked: the monitor must not wait for a start.  */
static bool
take_plan (const char *bytes, uint64_t length, struct mon_plan_bytes *plan)
{
  const struct ns_header *header = (const void *)bytes;
  if (ns_check_plan (bytes, length) == 0 || !(header->flags & NS_PARK))
    return false;
  *plan = (struct mon_plan_bytes){ bytes, length };
  return true;
}

static bool
take_log (const struct ns_step *record, struct mon_settings *settings)
{
  const uint64_t *numbers = record->arguments;
  const char *name = record->strings[0];
  if (numbers[0] > MON_LOG_JSON_FILE || numbers[1] > INT64_MAX || numbers[2] == 0
      || numbers[2] > 1000 || record->lengths[0] < 2 || record->lengths[0] > MON_NAME_SIZE - 8)
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (*at == '/')
      return false;
  settings->log_driver = (enum mon_log_driver)numbers[0];
  settings->log_size = numbers[1];
  settings->log_files = numbers[2];
  settings->log_name = name;
  return true;
}

static bool
take_health (const struct ns_step *record, struct mon_settings *settings)
{
  const uint64_t *numbers = record->arguments;
  if (numbers[0] == 0 || numbers[0] > MON_LONGEST || numbers[1] == 0 || numbers[1] > MON_LONGEST
      || numbers[2] > MON_LONGEST || numbers[3] == 0 || numbers[3] > MON_LONGEST || numbers[4] == 0
      || numbers[4] > 1000000)
    return false;
  settings->health_interval = numbers[0];
  settings->health_timeout = numbers[1];
  settings->health_start_period = numbers[2];
  settings->health_start_interval = numbers[3];
  settings->health_retries = numbers[4];
  return take_plan (record->strings[0], record->lengths[0], &settings->health);
}

static bool
take_journal (const struct ns_step *record, struct mon_settings *settings)
{
  const char *const *texts = record->strings;
  settings->journal_size = (int64_t)record->arguments[0];
  settings->journal = texts[0];
  settings->journal_older = texts[1];
  settings->journal_subject = texts[2];
  settings->name = texts[3];
  return settings->journal_size > 0 && texts[0][0] == '/' && texts[1][0] == '/';
}

static bool
take_record (const struct ns_step *record, struct mon_settings *settings)
{
  const uint64_t *numbers = record->arguments;
  const char *text = record->strings[0];
  switch ((enum mon_setting)record->op)
    {
    case MON_SET_PLAN:
      return take_plan (text, record->lengths[0], &settings->plan);
    case MON_SET_DIRECTORY:
      settings->directory = text;
      return text[0] == '/';
    case MON_SET_SOCKET_DIRECTORY:
      settings->socket_directory = text;
      return text[0] == '/';
    case MON_SET_LOG:
      return take_log (record, settings);
    case MON_SET_STDIN:
      settings->stdin_mode = (enum mon_stdin)numbers[0];
      return numbers[0] <= MON_STDIN_ONCE;
    case MON_SET_STOP:
      settings->stop_signal = (int)numbers[0];
      settings->stop_timeout = numbers[1];
      return numbers[0] >= 1 && numbers[0] <= MON_LAST_SIGNAL && numbers[1] <= MON_LONGEST;
    case MON_SET_RESTART:
      settings->restart = (enum mon_restart)numbers[0];
      settings->retries = numbers[1];
      return numbers[0] <= MON_RESTART_ON_FAILURE;
    case MON_SET_HEALTH:
      return take_health (record, settings);
    case MON_SET_OOM_COUNTER:
      settings->oom_counter = text;
      return true;
    case MON_SET_KILL:
      settings->kill_file = text;
      settings->kill_procs = record->strings[1];
      settings->kill_freezer = record->strings[2];
      return true;
    case MON_SET_CGROUP_PROCS:
      if (settings->cgroup_procs_count == MON_MAX_CGROUPS)
        return false;
      settings->cgroup_procs[settings->cgroup_procs_count++] = text;
      return true;
    case MON_SET_EXIT_ARGUMENT:
      return ++settings->exit_arguments > 1 || text[0] == '/';
    case MON_SET_EXIT_ENVIRONMENT:
      settings->exit_environment++;
      return true;
    case MON_SET_HOLD:
      settings->hold = numbers[0];
      return numbers[0] <= MON_LONGEST;
    case MON_SET_JOURNAL:
      return take_journal (record, settings);
    case MON_SET_FROZEN:
      settings->frozen = text;
      return true;
    case MON_SET_END:
      break;
    }
  return false;
}

bool
mon_decode_settings (const void *bytes, size_t length, struct mon_settings *settings)
{
  const struct header *header = bytes;
  *settings = (struct mon_settings){ .kill_file = "", .kill_procs = "", .kill_freezer = "" };
  if (length < sizeof *header || header->magic != MON_SETTINGS_MAGIC
      || header->version != MON_SETTINGS_VERSION || header->length != length)
    return false;
  size_t offset = sizeof *header;
  for (uint32_t i = 0; i < header->record_count; i++)
    {
      struct ns_step record;
      size_t size = read_record (bytes, offset, length, &record);
      if (size == 0 || !take_record (&record, settings))
        return false;
      offset += size;
    }
  return offset == length && settings->plan.bytes != NULL && settings->directory != NULL
         && settings->log_name != NULL && settings->stop_signal != 0;
}

void
mon_decode_exit_command (const void *bytes, const char **argv, const char **envp)
{
  const struct header *header = bytes;
  size_t offset = sizeof *header;
  for (uint32_t i = 0; i < header->record_count; i++)
    {
      struct ns_step record;
      offset += read_record (bytes, offset, header->length, &record);
      if (record.op == MON_SET_EXIT_ARGUMENT)
        *argv++ = record.strings[0];
      if (record.op == MON_SET_EXIT_ENVIRONMENT)
        *envp++ = record.strings[0];
    }
  *argv = NULL;
  *envp = NULL;
}
