#include "record.h"

struct ns_record
{
  uint16_t op;
  uint8_t argument_count;
  uint8_t string_count;
  uint32_t size;
};

static bool
is_text (const char *bytes, uint64_t length)
{
  if (length == 0 || bytes[length - 1] != '\0')
    return false;
  for (uint64_t i = 0; i < length - 1; i++)
    if (bytes[i] == '\0')
      return false;
  return true;
}

size_t
ns_read_record (const char *bytes, size_t offset, size_t length, struct ns_shapes shapes,
                struct ns_step *step)
{
  *step = (struct ns_step){ 0 };
  if (length - offset < sizeof (struct ns_record))
    return 0;
  const struct ns_record *record = (const void *)(bytes + offset);
  size_t size = record->size;
  if (size % 8 != 0 || size > length - offset || record->op >= shapes.count)
    return 0;
  const struct ns_shape *shape = &shapes.shapes[record->op];
  if (shape->arguments + shape->strings == 0 && !shape->empty)
    return 0;
  if (record->argument_count != shape->arguments || record->string_count != shape->strings)
    return 0;

  size_t at = sizeof *record + record->argument_count * sizeof (uint64_t);
  if (at > size)
    return 0;
  step->op = record->op;
  step->arguments = (const void *)(bytes + offset + sizeof *record);
  for (size_t i = 0; i < record->string_count; i++)
    {
      if (size - at < sizeof (uint64_t))
        return 0;
      uint64_t string_length = *(const uint64_t *)(const void *)(bytes + offset + at);
      at += sizeof (uint64_t);
      if (string_length > size - at)
        return 0;
      const char *string = bytes + offset + at;
      bool blob = shape->blob != 0 && i == record->string_count - 1u;
      if (blob ? string_length % shape->blob != 0 : !is_text (string, string_length))
        return 0;
      step->strings[i] = string;
      step->lengths[i] = string_length;
      /* size - at is a multiple of 8, so the padding fits where the string does.  */
      at += (string_length + 7) & ~(uint64_t)7;
    }
  return at == size ? size : 0;
}
